"""A checked tree and values become text: worked out node by node, never compiled, each step paid for.

Names are looked for in scopes, as in Jinja2: a turn of a loop and a macro have one of their own, `if` and an included
file have not. A macro sees the scope in which it was defined. What comes out is never read as a template again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import nodes

from pipeline.templates.budget import Meter
from pipeline.templates.failure import TemplateError, no_macro, undefined
from pipeline.templates.filters import FILTERS, GUARDS, TESTS
from pipeline.templates.library import MAX_NESTED, Library
from pipeline.templates.operators import bounded, compared, computed, numbers
from pipeline.templates.parsing import Parsed
from pipeline.templates.scope import Macro, Scope, Sink, given_names, turn
from pipeline.templates.sight import items_of, targets
from pipeline.templates.values import MISSING, Data, item, kind, no_item, shown, written


def rendered(parsed: Parsed, values: Mapping[str, Data], library: Library, meter: Meter) -> str:
    """What a template becomes. Raises TemplateError, with the file at fault."""
    if parsed.pieces:
        return _filled(parsed.pieces, values, meter)
    rendering = Rendering(library, meter)
    try:
        return rendering.text(parsed.tree, values) if parsed.tree else ""
    except TemplateError as error:
        error.file = rendering.file
        raise
    except RecursionError as error:  # the caller stands deep already
        raise TemplateError("too much inside each other", "write it more simply", file=rendering.file) from error


def _filled(pieces: tuple[str | nodes.Name, ...], values: Mapping[str, Data], meter: Meter) -> str:
    """The same for nothing but names, in a third of the time."""
    meter.step(2 * len(pieces))
    texts = [piece if isinstance(piece, str) else written(values[piece.name]) for piece in pieces]
    meter.put(sum(map(len, texts)))
    return "".join(texts)


class Rendering:
    """One render. After an error, `file` is the key of the file at fault."""

    def __init__(self, library: Library, meter: Meter) -> None:
        self.library = library
        self.meter = meter
        self.file = ""  # that is being rendered
        self.nested = 0  # macros and files that it stands in

    def text(self, tree: nodes.Template, values: Mapping[str, Data]) -> str:
        """What the tree becomes. Raises TemplateError."""
        sink = Sink(self.meter.put)
        self.run(tree.body, Scope(None, dict(values)), sink)
        return "".join(sink.pieces)

    def run(self, body: Iterable[nodes.Node], scope: Scope, sink: Sink) -> None:
        for node in body:
            self.meter.step()
            _TAGS[type(node)](self, node, scope, sink)

    def value(self, node: nodes.Node, scope: Scope) -> Any:
        self.meter.step()
        return _EXPRESSIONS[type(node)](self, node, scope)

    # Tags

    def output(self, node: Any, scope: Scope, sink: Sink) -> None:
        for piece in node.nodes:
            sink.write(written(self.value(piece, scope)))

    def branch(self, node: Any, scope: Scope, sink: Sink) -> None:
        for case in (node, *node.elif_):
            if self.value(case.test, scope):
                return self.run(case.body, scope, sink)
        return self.run(node.else_, scope, sink)

    def loop(self, node: Any, scope: Scope, sink: Sink) -> None:
        names = targets(node)
        turns = [given_names(names, each) for each in self.items(node, len(names), scope)]
        if node.test is not None:
            turns = [given for given in turns if self.value(node.test, Scope(scope, given))]
        for index, given in enumerate(turns):
            self.meter.step()
            self.run(node.body, Scope(scope, {**given, "loop": turn(index, len(turns))}), sink)
        if not turns:
            self.run(node.else_, Scope(scope), sink)

    def items(self, node: Any, names: int, scope: Scope) -> tuple[Any, ...]:
        """What a loop goes over: a list, the keys of a mapping, or its keys with their values for two names."""
        mapping = items_of(node.iter)
        over = self.value(mapping or node.iter, scope)
        if not isinstance(over, Mapping if mapping else tuple | Mapping):
            what = "a mapping" if mapping else "a list"
            word = node.iter.name if isinstance(node.iter, nodes.Name) else "for"
            message = f"a loop goes over {what}, and {shown(over)} is {kind(over)}"
            raise TemplateError(message, "write [a, b], or range(3)", word)
        self.meter.step(len(over) * names)
        return tuple(over.items()) if isinstance(over, Mapping) and (mapping or names > 1) else tuple(over)

    def assign(self, node: Any, scope: Scope, _: Sink) -> None:
        scope.names[node.target.name] = self.value(node.node, scope)

    def define(self, node: Any, scope: Scope, _: Sink) -> None:
        scope.macros[node.name] = Macro(node, scope, self.file)

    def include(self, node: Any, scope: Scope, sink: Sink) -> None:
        name = node.template.value
        key = self.library.key(name, self.file)
        if (tree := self.library.parsed(key).tree) is None:
            sink.write(self.library.text(key))
        else:
            self.inside(key, name, lambda: self.run(tree.body, scope, sink))

    def inside(self, file: str, name: str, work: Callable[[], None]) -> None:
        """Do what a macro or an included file says."""
        if self.nested >= MAX_NESTED:
            message = f"macros and included files stand more than {MAX_NESTED} deep in each other"
            raise TemplateError(message, "use a loop", name)
        before, self.file = self.file, file
        self.nested += 1
        work()
        self.nested -= 1
        self.file = before  # not after an error: `file` then tells where it was

    # Expressions

    def name(self, node: Any, scope: Scope) -> Any:
        if (found := scope.find(node.name)) is not MISSING:
            return found
        if scope.macro(node.name):
            raise TemplateError(f'"{node.name}" is a macro', f"call it: {{{{ {node.name}(...) }}}}", node.name)
        raise undefined(node.name, [name for each in scope.all() for name in each.names])

    def maybe(self, node: Any, scope: Scope) -> Any:
        """The value, or MISSING where its name, or a key on the way to it, is not there."""
        if isinstance(node, nodes.Name):
            self.meter.step()
            return scope.find(node.name)
        if not isinstance(node, nodes.Getattr | nodes.Getitem):
            return self.value(node, scope)
        self.meter.step()
        whole = self.maybe(node.node, scope)
        return MISSING if whole is MISSING else item(whole, self.key(node, scope))

    def key(self, node: Any, scope: Scope) -> Data:
        key: Data = node.attr if isinstance(node, nodes.Getattr) else self.value(node.arg, scope)
        return key

    def part(self, node: Any, scope: Scope) -> Any:
        whole, key = self.value(node.node, scope), self.key(node, scope)
        if (found := item(whole, key)) is MISSING:
            raise no_item(whole, key, getattr(node.node, "name", "") or getattr(node.node, "attr", ""))
        return found

    def filtered(self, node: Any, scope: Scope) -> Any:
        if node.name in GUARDS:
            return self.default(node, scope)
        value = self.value(node.node, scope)
        brackets = [self.value(each, scope) for each in node.args]
        try:
            return FILTERS[node.name].work(self.meter, value, *brackets)
        except TemplateError as error:
            error.word = error.word or node.name
            raise

    def default(self, node: Any, scope: Scope) -> Any:
        value = self.maybe(node.node, scope)
        empty = len(node.args) > 1 and value is not MISSING and not value and self.value(node.args[1], scope)
        return self.value(node.args[0], scope) if value is MISSING or empty else value

    def tested(self, node: Any, scope: Scope) -> bool:
        test: str = node.name
        if test in ("defined", "undefined"):
            return (self.maybe(node.node, scope) is MISSING) == (test == "undefined")
        return TESTS[test](self.value(node.node, scope))

    def conditional(self, node: Any, scope: Scope) -> Any:
        if self.value(node.test, scope):
            return self.value(node.expr1, scope)
        return "" if node.expr2 is None else self.value(node.expr2, scope)

    def compare(self, node: Any, scope: Scope) -> bool:
        left = self.value(node.expr, scope)
        for operand in node.ops:
            right = self.value(operand.expr, scope)
            if not compared(operand.op, left, right, self.meter):
                return False
            left = right
        return True

    def join(self, node: Any, scope: Scope) -> str:
        pieces = [written(self.value(piece, scope)) for piece in node.nodes]
        self.meter.make(sum(map(len, pieces)))
        return "".join(pieces)

    def call(self, node: Any, scope: Scope) -> Any:
        name = node.node.name
        if name == "range":
            if node.kwargs:
                raise TemplateError("range takes numbers without names", "write range(3)", name)
            return numbers([self.value(each, scope) for each in node.args], self.meter)
        macro = scope.macro(name)
        if macro is None:
            known = [known for each in scope.all() for known in each.macros]
            raise no_macro(name, known)
        plain = [self.value(each, scope) for each in node.args]
        named = {each.key: self.value(each.value, scope) for each in node.kwargs}
        return self.expand(macro, macro.bound(plain, named))

    def expand(self, macro: Macro, inner: Scope) -> str:
        """What a macro makes of the values in `inner`, its own usual values for the others."""
        sink = Sink(self.meter.make)

        def work() -> None:
            for parameter, usual in macro.usual().items():
                if parameter not in inner.names:
                    inner.names[parameter] = self.value(usual, inner)
            self.run(macro.node.body, inner, sink)

        self.inside(macro.file, macro.node.name, work)
        return "".join(sink.pieces)


_TAGS: Mapping[type[nodes.Node], Callable[[Rendering, Any, Scope, Sink], None]] = {
    nodes.Output: Rendering.output,
    nodes.If: Rendering.branch,
    nodes.For: Rendering.loop,
    nodes.Assign: Rendering.assign,
    nodes.Macro: Rendering.define,
    nodes.Include: Rendering.include,
}


def _sum(rendering: Rendering, node: Any, scope: Scope) -> int:
    return computed(node.operator, rendering.value(node.left, scope), rendering.value(node.right, scope))


_EXPRESSIONS: Mapping[type[nodes.Node], Callable[[Rendering, Any, Scope], Any]] = {
    nodes.TemplateData: lambda _, node, __: node.data,
    nodes.Const: lambda _, node, __: node.value,
    nodes.Name: Rendering.name,
    nodes.Getattr: Rendering.part,
    nodes.Getitem: Rendering.part,
    nodes.List: lambda self, node, scope: tuple(self.value(each, scope) for each in node.items),
    nodes.Tuple: lambda self, node, scope: tuple(self.value(each, scope) for each in node.items),
    nodes.Filter: Rendering.filtered,
    nodes.Test: Rendering.tested,
    nodes.CondExpr: Rendering.conditional,
    nodes.Compare: Rendering.compare,
    nodes.And: lambda self, node, scope: self.value(node.left, scope) and self.value(node.right, scope),
    nodes.Or: lambda self, node, scope: self.value(node.left, scope) or self.value(node.right, scope),
    nodes.Not: lambda self, node, scope: not self.value(node.node, scope),
    nodes.Concat: Rendering.join,
    nodes.Call: Rendering.call,
    nodes.Neg: lambda self, node, scope: -bounded(self.value(node.node, scope), "-"),
    nodes.Pos: lambda self, node, scope: bounded(self.value(node.node, scope), "+"),
    **dict.fromkeys((nodes.Add, nodes.Sub, nodes.Mul, nodes.FloorDiv, nodes.Mod), _sum),
}
