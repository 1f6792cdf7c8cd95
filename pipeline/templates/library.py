"""The texts that templates may include, and what a template looks at once its included files are followed."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.errors import nearest
from pipeline.templates.failure import TemplateError, no_macro, undefined
from pipeline.templates.parsing import Parsed, parse
from pipeline.templates.sight import Sight
from pipeline.templates.values import Data

MAX_NESTED = 10  # macros and included files inside each other


@dataclass(frozen=True, slots=True)
class Library:
    """The files that can be included, read beforehand: rendering opens none."""

    files: Mapping[str, str] = field(default_factory=dict)  # path relative to the storyboard's folder -> text
    folder: str = ""  # of the file in which the text stands, likewise; "" for the storyboard's own

    def key(self, name: str, file: str) -> str:
        """The key of the file that `name` means in `file`, "" being the text itself. Raises TemplateError for none."""
        key = resolve(posixpath.dirname(file) if file else self.folder, name)
        if key in self.files:
            return key
        meant = nearest(key, self.files)
        hint = f'did you mean "{meant}"?' if meant else "paths are relative to the file that names them"
        raise TemplateError(f'there is no file "{name}" to include', hint, name, file=file)

    def parsed(self, key: str) -> Parsed:
        """The template in a file. Raises TemplateError where there is none."""
        try:
            return parse(self.text(key))
        except TemplateError as error:
            error.file = key
            raise

    def text(self, key: str) -> str:
        """The text of a file without its last line break, which would stand in the middle of a sentence."""
        return self.files[key].removesuffix("\n").removesuffix("\r")


NOTHING = Library()


def resolve(folder: str, name: str) -> str:
    """The path that `name` means in a file of `folder`, relative to what the folder is relative to.

    Only a way of writing: the path may be absolute, or lead out of the storyboard's folder. Who reads it must judge.
    """
    return posixpath.normpath(posixpath.join(folder, name))


@dataclass(frozen=True, slots=True)
class Linked:
    """What a template looks at, its included files followed."""

    names: Mapping[str, str]  # variable from outside -> key of a file that looks at it
    called: Mapping[str, str]  # macro -> key of a file that calls it
    guarded: frozenset[str]  # names of which any of them asks whether they are there, or which any of them sets
    macros: frozenset[str]  # that any of them defines
    local: frozenset[str]  # names that any of them gives to anything
    height: int  # files inside each other, the text itself not counted

    def complain(self, values: Mapping[str, Data]) -> None:
        """Raises TemplateError for a variable without a value or a macro that nothing defines, in whatever branch."""
        for name in sorted(self.names.keys() - self.guarded - values.keys()):
            raise undefined(name, [*values, *self.local], file=self.names[name])
        for name in sorted(self.called.keys() - self.macros):
            raise no_macro(name, self.macros, file=self.called[name])


def link(parsed: Parsed, library: Library) -> Linked:
    """Follow the includes. Raises TemplateError where one leads nowhere, in a circle, too deep or to no template."""
    return _Links(library).follow(parsed.sight, "", ())


class _Links:
    """One text's files, each looked through once: they can include each other in exponentially many ways."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.known: dict[str, Linked] = {}

    def follow(self, sight: Sight, file: str, path: tuple[str, ...]) -> Linked:
        names, called = dict.fromkeys(sight.names, file), dict.fromkeys(sight.called, file)
        guarded, macros, local = set(sight.guarded | sight.made), set(sight.macros), set(sight.local)
        height = 0
        for name, own in sight.included:
            linked = self.file(name, file, path)
            names = {**{found: at for found, at in linked.names.items() if found not in own}, **names}
            called = {**linked.called, **called}
            guarded |= linked.guarded
            macros |= linked.macros
            local |= linked.local
            height = max(height, linked.height + 1)
        return Linked(names, called, frozenset(guarded), frozenset(macros), frozenset(local), height)

    def file(self, name: str, file: str, path: tuple[str, ...]) -> Linked:
        key = self.library.key(name, file)
        if key in path:
            message = f'"{name}" is included by itself: {" > ".join([*path[path.index(key) :], key])}'
            raise TemplateError(message, "take one of these includes out", name, file=file)
        if key not in self.known and len(path) < MAX_NESTED:
            self.known[key] = self.follow(self.library.parsed(key).sight, key, (*path, key))
        if key not in self.known or len(path) + self.known[key].height + 1 > MAX_NESTED:
            message = f"files include each other more than {MAX_NESTED} deep"
            raise TemplateError(message, "write their text in fewer files", name, file=file)
        return self.known[key]
