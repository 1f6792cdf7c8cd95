"""Where a render keeps the names that it sets, the macros that it defines, and the text that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import nodes

from pipeline.errors import nearest
from pipeline.templates.failure import TemplateError
from pipeline.templates.values import MISSING, Data, shown


@dataclass(frozen=True, slots=True)
class Scope:
    """The names set here; what is not found here is looked for in the scope around it."""

    around: Scope | None
    names: dict[str, Data] = field(default_factory=dict)
    macros: dict[str, Macro] = field(default_factory=dict)

    def find(self, name: str) -> Any:
        """The value of a name, or MISSING."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.around
        return MISSING

    def macro(self, name: str) -> Macro | None:
        scope: Scope | None = self
        while scope is not None and name not in scope.macros:
            scope = scope.around
        return scope.macros[name] if scope else None

    def all(self) -> Iterable[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.around


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro where it was defined."""

    node: nodes.Macro
    scope: Scope
    file: str  # key of its file; "" for the text itself

    def usual(self) -> dict[str, nodes.Expr]:
        """The parameters that may be left out, in order, with what then stands for them."""
        first = len(self.node.args) - len(self.node.defaults)
        return {each.name: usual for each, usual in zip(self.node.args[first:], self.node.defaults, strict=True)}

    def bound(self, plain: list[Data], named: dict[str, Data]) -> Scope:
        """A scope in which the parameters have the values of a call. Raises TemplateError where they don't fit."""
        name, parameters = self.node.name, [each.name for each in self.node.args]
        if len(plain) > len(parameters):
            message = f"{name} takes {len(parameters)} values, and here are {len(plain)}"
            raise TemplateError(message, "delete some", name)
        free = dict.fromkeys(parameters[len(plain) :])
        for given in named:
            if given not in free:
                meant = nearest(given, free)
                hint = f'did you mean "{meant}"?' if meant else "delete it"
                raise TemplateError(f'{name} has no value called "{given}" to take', hint, given)
        if missing := free.keys() - named.keys() - self.usual().keys():
            raise TemplateError(f'{name} needs a value for "{min(missing)}"', f"write {name}(...)", name)
        return Scope(self.scope, {**dict(zip(parameters, plain, strict=False)), **named})


class Sink:
    """Where text goes, paid for piece by piece."""

    __slots__ = ("_pay", "pieces")

    def __init__(self, pay: Callable[[int], None]) -> None:
        self._pay = pay
        self.pieces: list[str] = []

    def write(self, text: str) -> None:
        self._pay(len(text))
        self.pieces.append(text)


def given_names(names: list[str], each: Any) -> dict[str, Data]:
    """The names of a loop with their values in one turn."""
    if len(names) == 1:
        return {names[0]: each}
    if not isinstance(each, tuple) or len(each) != len(names):
        raise TemplateError(f"{shown(each)} can't be shared out to {len(names)} names", "give the loop one name", "for")
    return dict(zip(names, each, strict=True))


def turn(index: int, length: int) -> Mapping[str, Data]:
    first, last = index == 0, index == length - 1
    return {"index": index + 1, "index0": index, "first": first, "last": last, "length": length}
