"""What is wrong with a template, as the one exception of this package."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.errors import nearest


class TemplateError(ValueError):
    """A template that can't be rendered: what is wrong, how to mend it, and where to point."""

    def __init__(self, message: str, hint: str = "", word: str = "", *, code: str = "template", file: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.word = word  # to point at; "" for the whole text
        self.code = code  # of the Problem it becomes: "template" or "undefined-name"
        self.file = file  # key of the included file at fault; "" for the text itself


def undefined(name: str, known: Iterable[str], *, file: str = "") -> TemplateError:
    """The error for a variable that has no value, `known` being those that have one."""
    meant = nearest(name, known)
    hint = f'did you mean "{meant}"?' if meant else f"define it: vars: {{{name}: ...}}"
    return TemplateError(f'"{name}" is not defined', hint, name, code="undefined-name", file=file)


def one_of(word: str, known: Iterable[str], plural: str) -> str:
    """The hint for a name that must be out of a short list: the nearest of it, and the whole of it."""
    names = list(known)
    meant = nearest(word, names)
    listed = f"{plural}: {', '.join(names)}" if names else f"there are no {plural}"
    return f'did you mean "{meant}"? {listed}' if meant else listed


def no_macro(name: str, known: Iterable[str], *, file: str = "") -> TemplateError:
    """The error for a call of a macro that is not there."""
    hint = one_of(name, sorted(known), "macros")
    return TemplateError(f'there is no macro "{name}"', hint, name, file=file)
