"""A board and a variant come in; the words that each shot brings to the cut go out, filled in, in one language.

Texts by language are chosen by the language of the variant: `captions: {language: ..}`, else its variable `language`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from fractions import Fraction

from pipeline.errors import Problem
from pipeline.plan import Compositions, Variant
from pipeline.prompts.filling import Filling
from pipeline.prompts.looked_at import library_at
from pipeline.storyboard import (
    DEFAULT_MODEL,
    Card,
    Inscription,
    Line,
    Path,
    Rows,
    Shot,
    SoundFile,
    Storyboard,
    Text,
    dotted,
)
from pipeline.templates import TemplateError, names
from pipeline.words import Captions, Wording

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")  # of BCP 47, as far as anybody writes them
_LANGUAGE: Path = ("captions", "language")


class Said:
    """What the words of a board say in one variant. What is wrong with them is gathered, not raised."""

    def __init__(self, compositions: Compositions, variant: Variant) -> None:
        self.board, self.variant = compositions.board, variant
        model = compositions.models[DEFAULT_MODEL]
        self._filling = Filling(self.board, compositions.values(variant), model, compositions.budget)
        self.language = self._language()

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with the texts that were asked for so far."""
        return self._filling.problems

    def of(self, shown: Shot | Card) -> tuple[Wording, ...]:
        """What a shot, or a card, brings to the cut."""
        return tuple(self._of_card(shown)) if isinstance(shown, Card) else tuple(self._of_shot(shown))

    def _of_card(self, card: Card) -> Iterator[Wording]:
        path = (*card.path, "card" if card.kind == "card" else "lines")
        if rows := self._rows(card.rows, path, needed=True):
            yield Wording(card.kind, rows, rolls=card.rolls)

    def _of_shot(self, shot: Shot) -> Iterator[Wording]:
        captions: list[Wording] = []
        for each in shot.words:
            rows = self._rows(each.rows, each.path, needed=each.kind != "caption")
            if rows and each.kind == "caption":
                captions.append(_worded(each, rows))
            elif rows:
                yield _worded(each, rows)
        yield from captions or (*self._spoken(shot), *self._voiced(shot))

    def _spoken(self, shot: Shot) -> Iterator[Wording]:
        """What is heard in a shot, line by line."""
        for line in _lines(self.board, shot):
            text, who = self._filling.text(line.line, line.path), self.board.subjects.get(line.speaker)
            yield Wording("caption", ((text,),), speaker=who.name if who else "")

    def _voiced(self, shot: Shot) -> Iterator[Wording]:
        """What voices say over a shot, each from when it is heard; nothing of one that has no file in this variant."""
        for voice in _voices(self.variant.mix.voice_over or (), shot):
            if self._filled(voice.file, voice.path) and (lines := self._filled(voice.text, (*voice.path, "text"))):
                start_s = voice.at if isinstance(voice.at, Fraction) else Fraction(0)
                yield Wording("caption", tuple((line,) for line in lines), start_s)

    def _rows(self, rows: Rows, path: Path, *, needed: bool) -> tuple[tuple[str, ...], ...]:
        """The rows that have a text in this language, filled in; what is `needed` and has none is a problem."""
        chosen = [tuple(_in(self.language, cell) for cell in row) for row in rows]
        if needed and all(None in row for row in chosen):
            self._miss(path)
        there = [[self._filled(cell or "", path) for cell in row] for row in chosen if None not in row]
        found: list[tuple[str, ...]] = []
        for row in there:
            if len(row) == 1:
                found += [(line,) for line in row[0]]
            else:
                found.append(tuple(" ".join(lines) for lines in row))
        return tuple(found) if any(any(row) for row in found) else ()

    def _filled(self, template: str, path: Path) -> list[str]:
        text = self._filling.fill(template, path, self._filling.values) if "{" in template else template
        lines = [" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines()]
        return [line for line in lines if line]

    def _language(self) -> str:
        spec, values = self.variant.captions.language, self._filling.values
        if spec is None:
            key = self.variant.keys.get("language") or values.get("language")
            return key if isinstance(key, str) and _TAG.match(key) else ""
        language = self._filling.text(spec, _LANGUAGE)
        if not _TAG.match(language) and not self.problems:
            self._tell(_LANGUAGE, f'"{language}" is no language', "write its tag, such as en, pt-BR or zh-Hant")
        return language

    def _miss(self, path: Path) -> None:
        if self.language:
            message = f'there is no text in "{self.language}", the language of {self.variant.name}'
            self._tell(path, message, f"add one: {{{self.language}: ...}}")
        else:
            hint = "say which the film has: captions: {language: en}"
            self._tell(path, "the text is by language, and the film has none", hint)

    def _tell(self, path: Path, message: str, hint: str) -> None:
        self.problems.append(Problem("language", dotted(path), message, hint, self.board.source.place(path)))


def captions_of(variant: Variant, language: str) -> Captions:
    """How the captions of a variant are made."""
    spec, usual = variant.captions, Captions()
    burn, soft = usual.burn if spec.burn is None else spec.burn, usual.soft if spec.soft is None else spec.soft
    return Captions(burn, soft, language, spec.style or usual.style)


def has_words(board: Storyboard) -> bool:
    """Whether anything at all is read in its films."""
    spoken = any(part.dialogue for entry in board.entries for part in entry.parts)
    voiced = any(file.text for file in _over_films(board)) or any(shot.sound.files for shot in board.shots)
    return spoken or voiced or bool(board.cards) or any(shot.words for shot in board.shots)


class Unlike:
    """Of each variant the shots and cards whose words are none that another variant, asked for before, had."""

    def __init__(self, board: Storyboard) -> None:
        self._language = frozenset({"language"}).union(*(_names(board, _LANGUAGE, text) for text in _tags(board)))
        shown: list[Shot | Card] = [*board.shots, *board.cards] if has_words(board) else []
        texts = ((each, [*_templates(board, each)]) for each in shown)
        self._names = {
            each.path: sorted(self._language.union(*(_names(board, path, text) for path, text in found)))
            for each, found in texts
            if found
        }
        self._seen: set[object] = set()
        self._edits: dict[object, int] = {}

    def among(self, variant: Variant) -> tuple[Shot | Card, ...]:
        """Those of the variant, in the order of its cut."""
        if not self._names:
            return ()
        shown = variant.sequence
        said = variant.captions, variant.cut, variant.defaults, variant.keys.get("language")
        edit = self._edits.setdefault((said, tuple(each.id for each in shown)), len(self._edits))
        return tuple(each for each in shown if each.path in self._names and self._is_new(edit, each.path, variant))

    def _is_new(self, edit: int, path: Path, variant: Variant) -> bool:
        values = (variant.values.get(name) for name in self._names[path])
        key = edit, path, tuple((type(value).__name__, repr(value)) for value in values)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True


def _templates(board: Storyboard, shown: Shot | Card) -> Iterator[tuple[Path, str]]:
    if isinstance(shown, Card):
        yield from ((shown.path, text) for row in shown.rows for cell in row for _, text in cell)
        return
    for each in shown.words:
        yield from ((each.path, text) for row in each.rows for cell in row for _, text in cell)
    yield from ((line.path, line.line) for line in _lines(board, shown))
    for voice in _voices(_over_films(board), shown):
        yield from ((voice.path, voice.file), ((*voice.path, "text"), voice.text))


def _voices(over_film: Iterable[SoundFile], shot: Shot) -> Iterator[SoundFile]:
    """The voices over a shot whose words are known: its own, and those of the film that begin with it."""
    own = (file for file in shot.sound.files if file.role == "voice_over")
    yield from (file for file in (*own, *(each for each in over_film if each.at == shot.id)) if file.text)


def _over_films(board: Storyboard) -> Iterator[SoundFile]:
    """The voices over the film, of whatever variant."""
    yield from board.mix.voice_over or ()
    for change in board.variants.changes if board.variants else ():
        yield from change.mix.voice_over or ()


def _lines(board: Storyboard, shot: Shot) -> Iterator[Line]:
    """What is said in a shot."""
    entry = board.entries[shot.entry]
    for part in entry.parts if len(entry.shots) == 1 else (entry.parts[shot.part],):
        yield from part.dialogue


def _tags(board: Storyboard) -> Iterator[str]:
    yield board.captions.language or ""
    yield from (change.captions.language or "" for change in (board.variants.changes if board.variants else ()))


def _names(board: Storyboard, path: Path, text: str) -> frozenset[str]:
    try:
        return names(text, library_at(board, path)) if "{" in text else frozenset()
    except TemplateError:
        return frozenset()


def _worded(each: Inscription, rows: tuple[tuple[str, ...], ...]) -> Wording:
    return Wording(each.kind, rows, each.start_s, each.duration_s, each.position)


def _in(language: str, text: Text) -> str | None:
    """The text in a language: its own, else a wider or narrower one of it, else the one for all."""
    known = {tag.casefold(): words for tag, words in text}
    wanted = language.casefold()
    while wanted:
        if wanted in known:
            return known[wanted]
        wanted = wanted.rpartition("-")[0]
    primary = language.casefold().partition("-")[0]
    near = (words for tag, words in known.items() if tag and primary and tag.partition("-")[0] == primary)
    return next(near, known.get(""))
