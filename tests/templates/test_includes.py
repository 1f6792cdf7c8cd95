"""What one template takes from the files it includes."""

from __future__ import annotations

import pytest

from pipeline.templates import Library, TemplateError, includes, names, render, resolve


def test_an_included_file_reads_as_if_it_stood_there() -> None:
    library = Library({"prompts/opening.txt": "A storm over {{ city }}\n"})
    assert (
        render('{% include "prompts/opening.txt" %}, at night.', {"city": "Oslo"}, library)
        == "A storm over Oslo, at night."
    )


def test_it_sees_loops_and_what_was_set_and_leaves_what_it_sets_and_defines() -> None:
    library = Library(
        {
            "m.txt": "{% macro hi(who) %}Hi {{ who }}{% endmacro %}{% set tone = 'low' %}",
            "one.txt": "{{ v }}{{ tone }} ",
        }
    )
    text = '{% include "m.txt" %}{{ hi("Ben") }} {% for v in [1, 2] %}{% include "one.txt" %}{% endfor %}'
    assert render(text, {}, library) == "Hi Ben 1low 2low "
    assert "v" not in names(text, library)


def test_names_in_it_are_relative_to_it() -> None:
    files = {
        "prompts/a.txt": '{% include "parts/b.txt" %}',
        "prompts/parts/b.txt": '{% include "../../c.txt" %}',
        "c.txt": "C",
    }
    assert render('{% include "a.txt" %}', {}, Library(files, "prompts")) == "C"
    assert render('{% include "./prompts/../prompts/a.txt" %}', {}, Library(files)) == "C"


def test_a_file_without_tags_is_text() -> None:
    assert render('{% include "a.txt" %}', {}, Library({"a.txt": "100 % { plain }\r\n"})) == "100 % { plain }"


@pytest.mark.parametrize(
    ("files", "message", "word", "file"),
    [
        ({}, 'there is no file "a.txt" to include', "a.txt", ""),
        ({"a.txt": '{% include "b.txt" %}'}, 'there is no file "b.txt" to include', "b.txt", "a.txt"),
        ({"a.txt": "{{ x |"}, "not readable as a template: unexpected end of template, expected 'name'.", "", "a.txt"),
        ({"a.txt": "{{ x | uper }}"}, 'there is no filter "uper"', "uper", "a.txt"),
        ({"a.txt": "{{ y }}"}, '"y" is not defined', "y", "a.txt"),
        ({"a.txt": "{% if x == 1 %}{{ y() }}{% endif %}"}, 'there is no macro "y"', "y", "a.txt"),
        ({"a.txt": "{{ x.y }}"}, '"X" is text: nothing can be looked up in it', "y", "a.txt"),
        ({"a.txt": '{% include "a.txt" %}'}, '"a.txt" is included by itself: a.txt > a.txt', "a.txt", "a.txt"),
        (
            {"a.txt": '{% include "b.txt" %}', "b.txt": '{% if x == 1 %}{% include "./a.txt" %}{% endif %}'},
            '"./a.txt" is included by itself: a.txt > b.txt > a.txt', "./a.txt", "b.txt",
        ),
        ({"a.txt": "x" * 70_000}, "it is longer than 65,536 characters", "", "a.txt"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_file_is_told_of_that_file(files: dict[str, str], message: str, word: str, file: str) -> None:
    with pytest.raises(TemplateError) as told:
        render('{% include "a.txt" %}', {"x": "X"}, Library(files))
    assert (str(told.value), told.value.word, told.value.file) == (message, word, file)


def test_a_mistake_in_a_macro_is_told_of_the_file_that_defines_it() -> None:
    library = Library({"m.txt": "{% macro m(a) %}{{ a.b }}{% endmacro %}", "n.txt": "{{ here('x') }}"})
    with pytest.raises(TemplateError) as told:
        render('{% include "m.txt" %}{{ m("x") }}', {}, library)
    assert told.value.file == "m.txt"
    with pytest.raises(TemplateError) as told:
        render('{% macro here(a) %}{{ a.b }}{% endmacro %}{% include "n.txt" %}', {}, library)
    assert told.value.file == ""
    with pytest.raises(TemplateError) as told:
        render('{% include "m.txt" %}{{ m() }}', {}, library)
    assert told.value.file == ""


def test_files_include_each_other_only_so_deep() -> None:
    files = {f"{n}.txt": f'{{% include "{n + 1}.txt" %}}' for n in range(12)} | {"12.txt": "end"}
    assert render('{% include "3.txt" %}', {}, Library(files)) == "end"
    for text in ('{% include "2.txt" %}', '{% include "3.txt" %}{% include "2.txt" %}'):
        with pytest.raises(TemplateError, match="more than 10 deep"):
            render(text, {}, Library(files))


def test_files_that_include_each_other_in_very_many_ways_are_looked_through_once() -> None:
    files = {f"{n}.txt": f'{{% include "{n + 1}.txt" %}}' * 90 for n in range(9)} | {"9.txt": "{{ x }}"}
    assert names('{% include "0.txt" %}', Library(files)) == {"x"}
    with pytest.raises(TemplateError, match="steps"):
        render('{% include "0.txt" %}', {"x": ""}, Library(files))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("no tags", ()),
        ("{% include \"a.txt\" %}{% if x %}{%- include 'b/c.txt' -%}{% endif %}", ("a.txt", "b/c.txt")),
        ('{% raw %}{% include "a.txt" %}{% endraw %}{# {% include "b.txt" %} #}', ()),
        ('{% include name %}{% include ["a.txt"] %}', ()),
        ('{{ broken {% include "a.txt" %}', ("a.txt",)),
        ('{% include "a.txt" %}{{ x | nofilter }}', ("a.txt",)),
        ("{{" + "(" * 5000 + ' {% include "a.txt" %}', ("a.txt",)),
    ],
)
def test_the_names_of_included_files_are_found_in_any_text(text: str, found: tuple[str, ...]) -> None:
    assert includes(text) == found


def test_a_path_is_written_in_one_way() -> None:
    assert resolve("prompts", "./a/../b.txt") == "prompts/b.txt"
    assert resolve("", "../b.txt") == "../b.txt"  # its reader refuses it
