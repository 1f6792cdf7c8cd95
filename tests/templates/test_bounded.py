"""Nothing that a template says takes long or much memory; most of these did, in one way of rendering or another."""

from __future__ import annotations

import tracemalloc
from collections.abc import Mapping

import pytest

from pipeline.templates import MAX_TEXT, Budget, Data, Library, TemplateError, render

HUGE = tuple(range(100_000))
VALUES: Mapping[str, Data] = {
    "x": "ab" * 30_000,
    "a": "a" * 1000,
    "huge": HUGE,
    "texts": ("y" * 60_000,) * 5_000,
    "rows": tuple({"n": n} for n in range(5_000)),
    "digits": 10**5000,
    "megabyte": " " * 1_000_000,
    "wide": (HUGE,) * 10_000,
}
STEPS, MADE, OUTPUT = "it takes more than 20,000 steps", "it makes more than 262,144 characters on the way", (
    "it becomes longer than 65,536 characters"
)  # fmt: skip
NO_CALL, NO_NAME = "only macros can be called", "can't be looked up"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # What Jinja2's sandbox stops by other means
        ("{{ x.__class__ }}", NO_NAME),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", NO_CALL),
        ("{{ x['__class__'] }}", NO_NAME),
        ("{{ x['__cl' ~ 'ass__'] }}", NO_NAME),
        ("{{ rows[0]['_n'] }}", NO_NAME),
        ("{{ x | attr('upper') }}", 'there is no filter "attr"'),
        ("{{ '{0.__class__}'.format(x) }}", NO_CALL),
        ("{{ '{a}'.format_map(rows[0]) }}", NO_CALL),
        ("{{ huge.append(1) }}", NO_CALL),
        ("{{ cycler('a') }}", 'there is no macro "cycler"'),
        ("{{ joiner('a') }}", 'there is no macro "joiner"'),
        ("{{ self.x() }}", NO_CALL),
        ("{{ _('a') }}", NO_NAME),
        ("{{ config }}", '"config" is not defined'),
        ("{{ namespace(a=1) }}", 'there is no macro "namespace"'),
        ("{{ dict(a=1) }}", 'there is no macro "dict"'),
        ("{% import 'a' as b %}", "templates here have no import"),
        ("{% from 'a' import b %}", "templates here have no import"),
        ("{% extends 'a' %}", "templates here have no extends"),
        ("{% block a %}{% endblock %}", "templates here have no blocks"),
        ("{% macro m() %}{% endmacro %}{% call m() %}{% endcall %}", "templates here have no call blocks"),
        ("{% set a.b = 1 %}", "templates here have no namespaces"),
        ("{% for a in huge recursive %}{{ loop(huge) }}{% endfor %}", "templates here have no recursive loops"),
        ("{{ range(10 ** 9) }}", "templates here have no powers"),
        ("{{ range(1000000000) | join }}", "range gives at most 1,000 numbers, here 1,000,000,000"),
        ("{{ range(0, 10, 0) | join }}", "range with a step of 0 has no end"),
        # What it does not stop
        ("{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}", "range gives at most"),
        ("{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}", STEPS),
        ("{% for a in range(1000) if range(1000) == range(1000) %}{% endfor %}", STEPS),
        ("{{ 'a' * 1000000000 }}", '* is for numbers, and "a" is text'),
        ("{{ [1] * 1000000000 }}", "* is for numbers, and a list is a list"),
        ("{{ '%0999999999d' | format(1) }}", 'there is no filter "format"'),
        ("{{ '%0999999999d' % 1 }}", "% is for numbers"),
        ("{{ '{:>999999999}'.format('x') }}", NO_CALL),
        ("{{ lipsum(n=200000) }}", 'there is no macro "lipsum"'),
        ("{{ 'a' | center(1000000000) }}", 'there is no filter "center"'),
        ("{{ 'a' | indent(1000000000) }}", 'there is no filter "indent"'),
        ("{{ x | wordwrap(1) }}", 'there is no filter "wordwrap"'),
        ("{{ huge | join(x) }}", STEPS),
        ("{{ texts | join }}", MADE),
        ("{{ texts | join(x) }}", MADE),
        ("{{ x | replace('a', x) }}", MADE),
        ("{% set b = a | replace('a', 'aa') %}" + "{% set b = b | replace('a', b) %}" * 9, MADE),
        ("{% for a in x %}{% for b in x %}{% endfor %}{% endfor %}", "a loop goes over a list"),
        # What else comes to mind
        ("{% for a in huge %}{% endfor %}", STEPS),
        ("{% for a in rows %}{% for b in rows %}{% endfor %}{% endfor %}", STEPS),
        ("{% set s = 'aaaa' %}" + "{% set s = s ~ s %}" * 40 + "{{ s }}", MADE),
        ("{% for n in range(1000) %}{% set s = a ~ a %}{% endfor %}", MADE),
        ("{% for n in range(1000) %}{{ a }}{% endfor %}", OUTPUT),
        ("{{ x }}{{ x }}", OUTPUT),
        ("{% if x %}{{ x }}{{ x }}{% endif %}", OUTPUT),
        ("{% macro m(n) %}{{ n }}{{ m(n ~ n) }}{% endmacro %}{{ m('a') }}", "more than 10 deep"),
        ("{% macro m(n=m()) %}{% endmacro %}{{ m() }}", "more than 10 deep"),
        ("{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}", "more than 10 deep"),
        ("{% macro m(n) %}{% if n %}" + "{{ m(n - 1) }}" * 9 + "{% endif %}{% endmacro %}{{ m(9) }}", STEPS),
        ("{% macro m() %}{{ a }}{% endmacro %}{% for n in range(999) %}{% set s = m() %}{% endfor %}", MADE),
        ("{{ 999999999999999 * 999999999999999 }}", "a number larger than 10 to the 15th"),
        ("{{ digits + 1 }}", "a number larger than 10 to the 15th"),
        ("{{ digits }}", "a number of hundreds of digits can't be written"),
        ("{{ digits ~ '' }}", "a number of hundreds of digits can't be written"),
        ("{{ " + "9" * 5000 + " }}", "too long a number"),
        ("{{ 1e999 }}", "numbers in templates are whole"),
        ("{{ " + "(" * 200 + "a" + ")" * 200 + " }}", "too much inside each other"),
        ("{{ " + "[" * 40 + "a" + "]" * 40 + " }}", "too much inside each other"),
        ("{{ " + "not " * 5000 + "a }}", "too much inside each other"),
        ("{% if a %}" * 200 + "{% endif %}" * 200, "too much inside each other"),
        ("{{ a " + "| upper" * 40 + "}}", "too much inside each other"),
        ("{{" * 30_000, "too much inside each other"),
        ("x" * 65_537, "it is longer than 65,536 characters"),
        ("{% for n in range(1000) %}{{ 'z' in megabyte }}{% endfor %}", STEPS),
        ("{% for n in range(1000) %}{{ megabyte ~ '' == '' }}{% endfor %}", MADE),
        ("{{ megabyte | trim }}", MADE),
        ("{{ megabyte | replace('z', 'y') }}", MADE),
        ("{% for n in range(1000) %}{{ huge == wide }}{{ wide == wide }}{% endfor %}", STEPS),
        ("{{ huge | sort | join }}", STEPS),
        ("{{ texts | sort | length }}", MADE),
        ("{{ texts | unique | length }}", MADE),
        ("{% for a in wide %}{{ a | length }}{{ a | sort | length }}{% endfor %}", STEPS),
        ("{% for " + ", ".join(f"a{n}" for n in range(5000)) + " in wide %}{% endfor %}", STEPS),
        ("{% include 'a.txt' %}" * 101, "it includes more than 100 times"),
        ("{% set t = ['a'] %}" + "{% set t = [t, t] %}" * 60 + "{{ t == t }}", STEPS),
    ],
    ids=lambda value: value[:40],
)  # fmt: skip
def test_it_is_refused_before_it_costs_anything(text: str, message: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(TemplateError) as told:
            render(text, VALUES)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert message in str(told.value)
    assert peak < 16 << 20


def test_lists_nested_as_deep_as_macros_and_sets_can_nest_them_are_compared() -> None:
    text = (
        "{% set t = [] %}{% set u = [] %}" + "{% set t = [t] %}{% set u = [u] %}" * 1_500 + "{{ t == u }}{{ t in [u] }}"
    )
    assert render(text, {}) == "truetrue"


def test_macros_and_expressions_at_their_deepest_stay_within_pythons_stack() -> None:
    deep = "{{ " + "[" * 22 + "m(n - 1) if n else 0" + "]" * 22 + " | length }}"
    assert render(f"{{% macro m(n) %}}{deep}{{% endmacro %}}{{{{ m(9) }}}}", {}) == "1"


def used(text: str, values: Mapping[str, Data] = VALUES, library: Library | None = None) -> Budget:
    """What one render takes of a budget."""
    budget = Budget()
    render(text, values, library or Library(), budget)
    return Budget(Budget().steps - budget.steps, Budget().made - budget.made, Budget().output - budget.output)


def test_included_files_and_macros_and_loops_take_from_one_budget() -> None:
    library = Library({"a.txt": "{% for n in [1, 2] %}{{ m() }}{% endfor %}"})
    text = "{% macro m() %}{{ a }}{% endmacro %}"
    whole = used(text + '{% include "a.txt" %}' * 3, library=library)
    once = used(text + '{% include "a.txt" %}', library=library)
    assert whole.output == 3 * once.output == 6_000
    assert whole.made == 3 * once.made == 6_000
    assert once.steps < whole.steps <= 3 * once.steps
    with pytest.raises(TemplateError, match="longer than 65,536"):
        render(text + '{% include "a.txt" %}' * 33, VALUES, library)


def test_several_renders_can_share_one_budget() -> None:
    budget = Budget(steps=1_000_000, made=10_000_000, output=2_500)
    for text in ("{{ a }}", "{{ a }}!"):
        render(text, VALUES, budget=budget)
    assert budget.output == 499
    with pytest.raises(TemplateError, match="with it, all templates together use too many characters of text"):
        render("{{ a }}", VALUES, budget=budget)
    with pytest.raises(TemplateError, match="together"):
        render("{{ 'short' }}", VALUES, budget=budget)


def test_a_large_shared_budget_lets_none_of_its_renders_use_more_than_alone() -> None:
    budget = Budget(steps=10**9, made=10**9, output=10**9)
    with pytest.raises(TemplateError, match=STEPS):
        render("{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}", VALUES, budget=budget)
    with pytest.raises(TemplateError, match="longer than"):
        render("{{ x }}{{ x }}", VALUES, budget=budget)
    assert budget.steps < 10**9


def test_text_of_just_the_length_that_is_allowed_comes_out() -> None:
    assert len(render("{{ t }}", {"t": "x" * MAX_TEXT})) == MAX_TEXT
