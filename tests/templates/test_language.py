"""What templates can say, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pipeline.templates import Data, TemplateError, render

VALUES: Mapping[str, Data] = {
    "city": "Lisbon",
    "n": 3,
    "yes": True,
    "empty": "",
    "hooks": ("steam", "crema"),
    "nothing": (),
    "look": {"film": "35mm", "grain": 2},
    "markets": ({"city": "Lisbon", "price": 3}, {"city": "Oslo", "price": 5}),
    "pairs": (("a", 1), ("b", 2)),
    "template": "{{ city }}",
}


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("no template, { or } or %}", "no template, { or } or %}"),
        ("{{ city }} {{ n }} {{ yes }}", "Lisbon 3 true"),
        ("{# a remark #}{% raw %}{{ city }}{% endraw %}", "{{ city }}"),
        ("{{ look.film }} {{ look['grain'] }} {{ markets[1].city }} {{ hooks[-1] }} {{ hooks.0 }}",
         "35mm 2 Oslo crema steam"),
        ("{% if n == 1 %}one{% elif n > 2 %}many{% else %}two{% endif %}", "many"),
        ("{{ 'a' if yes else 'b' }}{{ 'c' if not yes }}", "a"),
        ("{{ 1 < n < 5 }} {{ 'x' in hooks }} {{ 'film' in look }} {{ 'is' in city }}", "true false true true"),
        ("{{ empty or city }} {{ n and city }} {{ not n }}", "Lisbon Lisbon false"),
        ("{{ hooks == ['steam', 'crema'] }} {{ look == look }} {{ n != 3 }} {{ [1] == 1 }}", "true true false false"),
        ("{{ ['a', ['b', 1]] == ('a', ('b', 1)) }} {{ [1, 2] == [1] }} {{ look == 1 }}", "true false false"),
        ("{% for h in hooks %}{{ loop.index }}/{{ loop.length }} {{ h }}{{ ', ' if not loop.last }}{% endfor %}",
         "1/2 steam, 2/2 crema"),
        ("{% for h in nothing %}{{ h }}{% else %}none{% endfor %}", "none"),
        ("{% for m in markets if m.price > 4 %}{{ loop.first }} {{ m.city }}{% endfor %}", "true Oslo"),
        ("{% for k in look %}{{ k }} {% endfor %}{% for k, v in look %}{{ k }}={{ v }} {% endfor %}",
         "film grain film=35mm grain=2 "),
        ("{% for k, v in look.items() %}{{ k }}={{ v }} {% endfor %}", "film=35mm grain=2 "),
        ("{% for name, n in pairs %}{{ name }}{{ n }}{% endfor %}{{ n }}", "a1b23"),
        ("{% for i in range(3) %}{{ i }}{% endfor %} {{ range(2, 8, 3) | join(',') }}", "012 2,5"),
        ("{% for a in [1, 2] %}{% for b in [1, 2] %}{{ loop.index0 }}{% endfor %}{{ loop.index }}{% endfor %}",
         "011012"),
        ("{% set x = city ~ '-' ~ n %}{{ x | upper }}", "LISBON-3"),
        ("{% set x = 1 %}{% for i in [1, 2] %}{{ x }}{% set x = 9 %}{% endfor %}{{ x }}", "111"),
        ("{% if yes %}{% set x = 2 %}{% endif %}{{ x }}", "2"),
        ("{{ 7 + n * 2 - 1 }} {{ 7 // 2 }} {{ 7 % 4 }} {{ -n }} {{ +n }} {{ -7 // 2 }}", "12 3 3 -3 3 -4"),
        ("{{ missing | default('d') }} {{ look.x | d('e') }} {{ city | default('f') }}", "d e Lisbon"),
        ("{{ empty | default('g') }}{{ empty | default('h', true) }} {{ n | default(1, true) }}", "h 3"),
        ("{{ missing is defined }} {{ look.x is undefined }} {{ city is defined }} {{ look.film is not defined }}",
         "false true true false"),
        ("{{ 3 is odd }} {{ 3 is even }} {{ n is number }} {{ yes is number }} {{ yes is boolean }} {{ n is mapping }}",
         "true false true false true false"),
        ("{{ template }} {{ template | lower }}", "{{ city }} {{ city }}"),
    ],
)  # fmt: skip
def test_a_template_becomes(text: str, becomes: str) -> None:
    assert render(text, VALUES) == becomes


@pytest.mark.parametrize(
    ("expression", "becomes"),
    [
        ("'oLd kEEPER' | capitalize", "OLd kEEPER"),
        ("'old keeper' | title", "Old Keeper"),
        ("'  a  ' | trim", "a"),
        ("n | upper", "3"),
        ("'a-b-c' | replace('-', ' + ')", "a + b + c"),
        ("'the old keeper' | truncate(9)", "the old…"),
        ("'the old keeper' | truncate(8)", "the old…"),
        ("'the old keeper' | truncate(7)", "the…"),
        ("'the old keeper' | truncate(14)", "the old keeper"),
        ("'lighthouse' | truncate(6)", "light…"),
        ("' 12 ' | int + 1", "13"),
        ("yes | int", "1"),
        ("hooks | join(', ')", "steam, crema"),
        ("[1, true, 'x'] | join", "1truex"),
        ("look | join(' ')", "film grain"),
        ("hooks | length", "2"),
        ("city | count", "6"),
        ("look | length", "2"),
        ("hooks | first", "steam"),
        ("hooks | last", "crema"),
        ("['b', 'C', 'a'] | sort | join", "abC"),
        ("[10, 9] | sort | join(' ')", "9 10"),
        ("['Fog', 'fog', 'rain', 'Fog'] | unique | join(' ')", "Fog rain"),
        ("[1, true, 1] | unique | join(' ')", "1 true"),
        ("hooks | reverse | join(' ')", "crema steam"),
        ("[] | sort | length", "0"),
    ],
)
def test_a_filter_makes(expression: str, becomes: str) -> None:
    assert render(f"{{{{ {expression} }}}}", VALUES) == becomes


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ('{% macro hi(who, mark="!") %}Hi {{ who }}{{ mark }}{% endmacro %}{{ hi("Anna") }} {{ hi("Ben", mark="?") }}',
         "Hi Anna! Hi Ben?"),
        ("{% macro twice(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ twice(city) }}", "LisbonLisbon"),
        ("{% macro m() %}{{ city }}{% endmacro %}{{ m() | upper }}", "LISBON"),
        ("{% macro m() %}{{ tone }}{% endmacro %}{% set tone = 'low' %}{{ m() }}", "low"),
        ("{% macro m(city) %}{% set n = 9 %}{{ city }}{{ n }}{% endmacro %}{{ m('Oslo') }} {{ city }} {{ n }}",
         "Oslo9 Lisbon 3"),
        ("{% macro down(k) %}{{ k }}{% if k %}{{ down(k - 1) }}{% endif %}{% endmacro %}{{ down(4) }}", "43210"),
        ("{% macro a() %}a{{ b() }}{% endmacro %}{% macro b() %}b{% endmacro %}{{ a() }}", "ab"),
        ("{% macro m() %}{{ template }}{% endmacro %}{{ m() }}", "{{ city }}"),
        ("{% for h in hooks %}{% macro m() %}{{ h }}{% endmacro %}{{ m() }} {% endfor %}", "steam crema "),
    ],
)  # fmt: skip
def test_a_macro_makes(text: str, becomes: str) -> None:
    assert render(text, VALUES) == becomes


@pytest.mark.parametrize(
    ("text", "message", "hint", "word"),
    [
        ("{{ ctiy }}", '"ctiy" is not defined', 'did you mean "city"?', "ctiy"),
        ("{% for hook in hooks %}{{ hok }}{% endfor %}", '"hok" is not defined', 'did you mean "hook"?', "hok"),
        ("{% if n == 1 %}{{ absent }}{% endif %}", '"absent" is not defined', "define it: vars: {absent: ...}",
         "absent"),
        ("{% if n == 1 %}{% set x = 1 %}{% endif %}{{ x }}", '"x" is not defined', "define it: vars: {x: ...}", "x"),
        ("{{ look.fillm }}", 'look has no "fillm"', 'did you mean "film"?', "fillm"),
        ("{{ hooks[7] }}", 'hooks has no "7"', "it has 2 items, counted from 0", "hooks"),
        ("{{ hooks.first }}", 'a list has no "first"', "write [0] for its first item", "first"),
        ("{{ city.name }}", '"Lisbon" is text: nothing can be looked up in it', "", "name"),
        ("{{ city[0] }}", '"Lisbon" is text: nothing can be looked up in it', "", ""),
        ("{{ city < n }}", '"Lisbon" and "3" can\'t be compared like that',
         "compare text with text and numbers with numbers", ""),
        ("{{ n in n }}", '"3" and "3" can\'t be compared like that', "compare text with text and numbers with numbers",
         ""),
        ("{{ look }}", "a mapping can't be written as text", "name one of its keys, or use a loop", ""),
        ("{{ n // 0 }}", "// by zero", "ask before: {% if n %}", "//"),
        ("{{ true + 1 }}", '+ is for numbers, and "true" is true or false', "join texts with ~", "+"),
        ("{{ 'many' | int }}", '"many" is no whole number', "write digits", "int"),
        ("{{ [] | first }}", "an empty list has no first item", "ask before: {% if list %}", "first"),
        ("{{ city | sort }}", '"Lisbon" is text, not a list', "write a list: [a, b]", "sort"),
        ("{{ [1, 'a'] | sort }}", "only numbers, or only texts, can be sorted", "join numbers to text: n ~ ''", "sort"),
        ("{{ city | replace('', 'x') }}", "there is nothing to replace in replace", "name the words to replace",
         "replace"),
        ("{{ city | replace('a') }}", '"replace" takes 2 values in brackets', "here it has 1", "replace"),
        ("{{ city | upper(1) }}", '"upper" takes nothing in brackets', "delete them", "upper"),
        ("{{ city | join(d='x') }}", '"join" takes values without names', "write the values alone", "join"),
        ("{% for a, b in hooks %}{% endfor %}", '"steam" can\'t be shared out to 2 names', "give the loop one name",
         "for"),
        ("{% for a, b in hooks.items() %}{% endfor %}", "a loop goes over a mapping, and a list is a list",
         "write [a, b], or range(3)", "for"),
        ("{% if n == 1 %}{{ hi() }}{% endif %}", 'there is no macro "hi"', "there are no macros", "hi"),
        ("{% macro m(a) %}{% endmacro %}{{ m }}", '"m" is a macro', "call it: {{ m(...) }}", "m"),
        ("{% macro m(a) %}{% endmacro %}{{ m() }}", 'm needs a value for "a"', "write m(...)", "m"),
        ("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", "m takes 1 values, and here are 2", "delete some", "m"),
        ("{% macro m(name) %}{% endmacro %}{{ m(nome=1) }}", 'm has no value called "nome" to take',
         'did you mean "name"?',
         "nome"),
        ("{% macro m(a) %}{% endmacro %}{{ m(1, a=1) }}", 'm has no value called "a" to take', "delete it", "a"),
        ("{{ n is big }}", 'there is no test "big"',
         "tests: defined, undefined, odd, even, string, number, boolean, mapping", "big"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_how_to_mend_it(text: str, message: str, hint: str, word: str) -> None:
    with pytest.raises(TemplateError) as told:
        render(text, VALUES)
    assert (str(told.value), told.value.hint, told.value.word) == (message, hint, word)
    assert told.value.file == ""


def test_what_is_missing_has_a_code_of_its_own() -> None:
    for text in (
        "{{ ctiy }}",
        "{{ look.fillm }}",
        "{{ hooks[7] }}",
        "{% if n == 1 %}{% set x = 1 %}{% endif %}{{ x }}",
    ):
        with pytest.raises(TemplateError) as told:
            render(text, VALUES)
        assert told.value.code == "undefined-name"
