"""What holds for every template, as far as hypothesis can think them up."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.templates import MAX_TEXT, Budget, Data, Library, TemplateError, includes, names, render
from tests.templates import written

MANY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def outcome(text: str, values: Mapping[str, Data], library: Library) -> tuple[str, str]:
    """What a template becomes, or what is told of it."""
    try:
        return "becomes", render(text, values, library)
    except TemplateError as error:
        return "fails", f"{error} in {error.file}"


def looked_at(text: str, library: Library) -> frozenset[str]:
    """The names that a template looks at; of one that is none, no names."""
    try:
        return names(text, library)
    except TemplateError:
        return frozenset()


def changes(text: str, library: Library, values: Mapping[str, Data], others: Mapping[str, Data]) -> bool:
    """Whether other values of what the template does not look at make a difference to it."""
    seen = looked_at(text, library)
    kept = {name: value for name, value in values.items() if name in seen}
    unseen = {name: value for name, value in others.items() if name not in seen}
    return outcome(text, values, library) != outcome(text, {**unseen, **kept}, library)


@settings(MANY, max_examples=800)
@given(written.quiet, written.quiet_libraries, written.texts, written.texts)
def test_only_the_names_that_a_template_looks_at_change_it(
    text: str, library: Library, values: Mapping[str, Data], others: Mapping[str, Data]
) -> None:
    assert not changes(text, library, values, others)


@MANY
@given(written.templates, written.libraries, written.values, written.values)
def test_nor_do_others_where_it_fails(
    text: str, library: Library, values: Mapping[str, Data], others: Mapping[str, Data]
) -> None:
    assert not changes(text, library, values, others)


@MANY
@given(st.one_of(written.tokens, st.text(st.sampled_from("{}%#-()[]|~'\" a.1_"), max_size=60)), written.values)
def test_no_text_does_more_than_fail(text: str, values: Mapping[str, Data]) -> None:
    library = Library({"one.txt": text})
    includes(text)
    budget = Budget()
    try:
        assert len(render(text, values, library, budget)) <= MAX_TEXT
    except TemplateError:
        return
    assert min(budget.steps, budget.made, budget.output) >= 0
