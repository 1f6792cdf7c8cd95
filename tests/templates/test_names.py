"""Which variables a template looks at: never too few, as plans are cached by their values."""

from __future__ import annotations

import pytest

from pipeline.templates import Library, TemplateError, names

FILES = Library(
    {
        "looks.txt": "{{ x }} {{ y }}",
        "sets.txt": "{% set x = z %}",
        "macro.txt": "{% macro m(p) %}{{ p }}{{ x }}{% endmacro %}",
        "deep.txt": '{% set y = 1 %}{% include "looks.txt" %}',
    }
)


@pytest.mark.parametrize(
    ("text", "looked_at"),
    [
        ("plain", ""),
        ("{{ a }} {{ b | default(c) }} {{ d.e[f] }} {{ g is defined }}", "a b c d f g"),
        ("{% if a %}{{ b }}{% elif c %}{{ d }}{% else %}{{ e }}{% endif %}", "a b c d e"),
        ("{{ a if b else c }} {{ a ~ d }} {{ e + 1 }} {{ [f, g] | join(h) }}", "a b c d e f g h"),
        # Loops
        ("{% for a in b if a == c %}{{ a }}{{ d }}{{ loop.index }}{% else %}{{ e }}{% endfor %}", "b c d e"),
        ("{% for k, v in m.items() %}{{ k }}{{ v }}{% endfor %}", "m"),
        ("{% for a in a %}{% endfor %}", "a"),
        ("{% for a in [1] %}{% endfor %}{{ a }}", "a"),
        ("{% for a in [] %}{% else %}{{ a }}{{ loop }}{% endfor %}", "a loop"),
        ("{% for a in [1, 2] %}{{ b }}{% set b = a %}{% endfor %}{{ b }}", "b"),
        # Sets
        ("{% set a = b %}{{ a }}", "b"),
        ("{{ a }}{% set a = 1 %}", "a"),
        ("{% set a = a ~ 1 %}", "a"),
        ("{% if b %}{% set a = 1 %}{% endif %}{{ a }}", "a b"),
        ("{% if b %}{% set a = 1 %}{% else %}{% set a = 2 %}{% endif %}{{ a }}", "b"),
        ("{% if b %}{% set a = 1 %}{% elif c %}{% set a = 2 %}{% endif %}{{ a }}", "a b c"),
        ("{% if b %}{% set a = 1 %}{% elif c %}{% else %}{% set a = 2 %}{% endif %}{{ a }}", "a b c"),
        ("{% if b %}{% else %}{% set a = 2 %}{% endif %}{{ a }}", "a b"),
        # Macros
        ("{% macro m(a, b=c, d=b) %}{{ a }}{{ b }}{{ e }}{% set f = 1 %}{{ f }}{% endmacro %}{{ m(g, d=h) }}{{ f }}",
         "c e f g h"),
        ("{% macro m(b=b) %}{% endmacro %}", "b"),
        ("{% set a = 1 %}{% macro m() %}{{ a }}{% endmacro %}", ""),
        ("{% macro m() %}{{ a }}{% endmacro %}{% set a = 1 %}", "a"),
        ("{% macro a() %}{% endmacro %}{{ a() }}", ""),
        ("{{ range(a) | join }}", "a"),
        # Included files
        ('{% include "looks.txt" %}', "x y"),
        ('{% set x = 1 %}{% include "looks.txt" %}', "y"),
        ('{% for x in [1] %}{% include "looks.txt" %}{% endfor %}', "y"),
        ('{% include "looks.txt" %}{% set x = 1 %}{% include "looks.txt" %}', "x y"),
        ('{% include "sets.txt" %}{{ x }}', "x z"),
        ('{% set x = 1 %}{% include "macro.txt" %}{{ m(q) }}', "q"),
        ('{% include "deep.txt" %}', "x"),
        ('{% if no %}{% include "deep.txt" %}{% endif %}', "no x"),
    ],
)  # fmt: skip
def test_a_template_looks_at(text: str, looked_at: str) -> None:
    assert names(text, FILES) == set(looked_at.split())


@pytest.mark.parametrize(
    "text", ["{{ a |", "{{ a | uper }}", '{% include "b" %}', '{% if a %}{% include "b" %}{% endif %}']
)
def test_a_text_that_can_not_be_rendered_has_none_to_tell(text: str) -> None:
    with pytest.raises(TemplateError):
        names(text, FILES)
