"""Which variables a template looks at from outside: those that nothing in it has certainly set before.

Plans are cached by the values of these names. So where it is not certain that a name is the template's own (set in one
branch of an `if`, or by an included file), it counts as looked at from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jinja2 import nodes

from pipeline.templates.filters import GUARDS


@dataclass(frozen=True, slots=True)
class Sight:
    """What one text looks at."""

    names: frozenset[str] = frozenset()  # variables from outside
    needs: frozenset[str] = frozenset()  # those that must have a value, whichever branch is taken
    guarded: frozenset[str] = frozenset()  # names of which it asks somewhere whether they are there
    made: frozenset[str] = frozenset()  # names that it sets somewhere, of macros too: they may be its own
    macros: frozenset[str] = frozenset()  # that it defines somewhere
    called: frozenset[str] = frozenset()  # macros that it calls
    local: frozenset[str] = frozenset()  # names that it gives to anything, in loops and macros too
    included: tuple[tuple[str, frozenset[str]], ...] = ()  # each file as written, with the names certainly set by then


def sight(tree: nodes.Template) -> Sight:
    """What a checked tree looks at."""
    looking = _Looking()
    looking.through(tree.body, set())
    asked = [node.node for node in tree.find_all(nodes.Test) if node.name in ("defined", "undefined")]
    asked += [node.node for node in tree.find_all(nodes.Filter) if node.name in GUARDS and node.node is not None]
    guarded = frozenset(root.name for root in map(_root, asked) if isinstance(root, nodes.Name))
    macros = frozenset(macro.name for macro in tree.find_all(nodes.Macro))
    assigned = (node.target for node in tree.find_all(nodes.Assign))
    made = macros.union(target.name for target in assigned if isinstance(target, nodes.Name))
    called = (call.node for call in tree.find_all(nodes.Call))
    return Sight(
        names=frozenset(looking.names),
        needs=frozenset(looking.names) - guarded - made,
        guarded=guarded,
        made=made,
        macros=macros,
        called=frozenset(macro.name for macro in called if isinstance(macro, nodes.Name)) - {"range"},
        local=frozenset(name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"),
        included=tuple(looking.included),
    )


def items_of(node: nodes.Node) -> nodes.Expr | None:
    """The mapping in `mapping.items()`; None for another expression."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and node.node.attr == "items":
        bare = not (node.args or node.kwargs or node.dyn_args or node.dyn_kwargs)
        return node.node.node if bare else None
    return None


def targets(node: nodes.For) -> list[str]:
    """The names that a loop gives to each item, or to its parts."""
    named = node.target.items if isinstance(node.target, nodes.Tuple) else [node.target]
    return [name.name for name in named if isinstance(name, nodes.Name)]


def _root(node: nodes.Node) -> nodes.Node:
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        node = node.node
    return node


class _Looking:
    """A walk through a tree in the order in which it runs; `own` are the names that are certainly set by then."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.included: list[tuple[str, frozenset[str]]] = []

    def through(self, body: Iterable[nodes.Node], own: set[str]) -> None:
        for node in body:
            match node:
                case nodes.If():
                    self._if(node, own)
                case nodes.For():
                    self._for(node, own)
                case nodes.Macro():
                    self._macro(node, own)
                case nodes.Assign(target=nodes.Name(name=name)):
                    self._at(node.node, own)
                    own.add(name)
                case nodes.Include(template=nodes.Const(value=file)):
                    self.included.append((file, frozenset(own)))
                case _:
                    self._at(node, own)

    def _if(self, node: nodes.If, own: set[str]) -> None:
        # One branch at a time: five thousand copies of two thousand names are half a gigabyte.
        always: set[str] | None = None
        for branch in (node, *node.elif_):
            self._at(branch.test, own)
            always = self._branch(branch.body, own, always)
        own |= self._branch(node.else_, own, always)

    def _branch(self, body: list[nodes.Node], own: set[str], always: set[str] | None) -> set[str]:
        end = set(own)
        self.through(body, end)
        return end if always is None else end & always

    def _for(self, node: nodes.For, own: set[str]) -> None:
        self._at(items_of(node.iter) or node.iter, own)
        turn = own | set(targets(node))
        if node.test is not None:
            self._at(node.test, turn)
        self.through(node.body, turn | {"loop"})
        self.through(node.else_, set(own))

    def _macro(self, node: nodes.Macro, own: set[str]) -> None:
        inside = set(own)
        first = len(node.args) - len(node.defaults)
        for number, name in enumerate(node.args):
            if number >= first:
                self._at(node.defaults[number - first], inside)
            inside.add(name.name)
        self.through(node.body, inside)

    def _at(self, node: nodes.Node, own: set[str]) -> None:
        self.names.update(name for name in _names(node) if name not in own)


def _names(node: nodes.Node) -> Iterator[str]:
    """The variables in an expression: what stands before the brackets of a call is no variable."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Name):
            yield node.name
        children = node.iter_child_nodes(exclude=("node",)) if isinstance(node, nodes.Call) else node.iter_child_nodes()
        waiting.extend(children)
