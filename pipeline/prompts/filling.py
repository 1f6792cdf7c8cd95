"""A text of a board becomes words: templates filled in, mentions named. What goes wrong is gathered, not raised."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from pipeline.catalog import Model
from pipeline.errors import MOST, Place, Problem, nearest
from pipeline.prompts.looked_at import library_at
from pipeline.prompts.sentences import capital
from pipeline.storyboard import Path, Storyboard, Subject, dotted
from pipeline.storyboard.nodes import place_of, search, whole
from pipeline.templates import Budget, Data, TemplateError, render

_MENTION = re.compile(r"@(@)|(?<![\w@])@([A-Za-z][A-Za-z0-9_]*)")  # @@ is a plain @
_SENTENCE_END = re.compile(r"(?:^|[.!?…][\"'”’)]*)\s*[\"'“‘«(]*$")
_LOOK_BACK = 12  # characters before a mention that tell whether a sentence begins with it


class Filling:
    """The texts of a board with the values of one variant, and what is wrong with them."""

    def __init__(self, board: Storyboard, values: Mapping[str, Data], model: Model, budget: Budget) -> None:
        self.board, self.values, self.model, self.budget = board, values, model, budget
        self.problems: list[Problem] = []

    def text(self, text: str, path: Path) -> str:
        """The text with its templates filled in, in NFC, on one line."""
        return _on_one_line(self.fill(text, path, self.values)) if "{" in text else _on_one_line_again(text)

    def fill(self, text: str, path: Path, values: Mapping[str, Data]) -> str:
        """The text with its templates filled in; as it is where that can't be."""
        try:
            return render(text, values, library_at(self.board, path), self.budget)
        except TemplateError as problem:
            place = self._place(path, problem)
            self.problems.append(Problem(problem.code, dotted(path), str(problem), problem.hint, place))
            return text

    def mentioned(self, text: str, path: Path) -> list[Subject]:
        """The subjects that a text which was filled in mentions, each once."""
        keys = dict.fromkeys(match[2] for match in _MENTION.finditer(text) if match[2]) if "@" in text else {}
        wanted = (key for key in keys if key in self.board.subjects or not self._is_token(key))
        return [subject for key in wanted if (subject := self.subject(key, path, f"@{key}"))]

    def named(self, text: str) -> str:
        """The text with each @mention replaced by the subject's name, capital where a sentence begins."""

        def name(match: re.Match[str]) -> str:
            if match[2] not in self.board.subjects:
                return match[1] or match[0]
            plain = self.board.subjects[match[2]].name
            before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
            return capital(plain) if _SENTENCE_END.search(before) else plain

        return _MENTION.sub(name, text) if "@" in text else text

    def cast(self, subjects: Iterable[Subject]) -> list[Subject]:
        """Each subject once, in the order in which the board declares them: the same in every shot."""
        once = {subject.order: subject for subject in subjects}
        return [once[order] for order in sorted(once)]

    def subject(self, key: str, path: Path, written: str) -> Subject | None:
        """The subject of that key, which stands at the path as `written`."""
        if subject := self.board.subjects.get(key):
            return subject
        if len(self.problems) >= MOST:
            return None
        if not key:
            place = self.board.source.place(path)
            hint = 'write `keeper (under his breath): "Not tonight, boy."`'
            self.problems.append(Problem("unknown-character", dotted(path), "nobody speaks this line", hint, place))
            return None
        meant = nearest(key, self.board.subjects)
        define = "define it under `characters`" + ("; for a plain @ write @@" if written.startswith("@") else "")
        hint = f'did you mean "{meant}"?' if meant else define
        place = self.board.source.place(path, find=written)
        message = f'there is no character "{key}"'
        self.problems.append(Problem("unknown-character", dotted(path), message, hint, place))
        return None

    def location(self, key: str, shot: Path) -> Subject | None:
        """The location of that key, which a shot plays in; None where it names none."""
        if not key:
            return None
        found = self.board.subjects.get(key)
        if found and found.kind == "location":
            return found
        path = (*shot, "location")
        places = [key for key, subject in self.board.subjects.items() if subject.kind == "location"]
        what = f'"{key}" is a {found.kind}, no location' if found else f'there is no location "{key}"'
        meant = nearest(key, places)
        hint = f'did you mean "{meant}"?' if meant else "define it under `locations`"
        if found and not meant:
            hint = f'mention it in the prompt: "@{key}"' + f"; locations: {', '.join(places[:12])}" * bool(places)
        self.problems.append(Problem("unknown-location", dotted(path), what, hint, self.board.source.place(path)))
        return None

    def _is_token(self, key: str) -> bool:
        """Whether a mention is how the model itself names a reference: @Image1."""
        name = key.rstrip("0123456789")
        return name != key and any(pattern == f"@{name}{{n}}" for pattern in self.model.tokens.values())

    def _place(self, path: Path, problem: TemplateError) -> Place:
        """Where what is wrong with a template stands: in its own text, or in a file that it includes."""
        if text := self.board.source.files.get(problem.file):
            node = whole(text)
            return (search(node, problem.word) if problem.word else None) or place_of(node)
        return self.board.source.place(path, find=problem.word)


def _on_one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


# What is no template is the same in every variant.
_on_one_line_again = lru_cache(maxsize=10_000)(_on_one_line)
