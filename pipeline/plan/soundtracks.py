"""The sound files of a board become those of each variant, names filled in. No prompt and no job knows of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from pipeline.errors import BadInput, Problem
from pipeline.plan.compositions import budget_for
from pipeline.plan.variants import Variant, Variants
from pipeline.prompts import given, library_at
from pipeline.storyboard import Path, Shot, SoundFile, Storyboard, dotted
from pipeline.templates import Budget, Data, TemplateError, names, render


@dataclass(frozen=True, slots=True)
class Soundtrack:
    """The sound files of one variant: their names are those of files, and their texts are said."""

    of_shots: Mapping[str, tuple[SoundFile, ...]]  # by id
    of_film: tuple[SoundFile, ...]

    @property
    def files(self) -> Iterator[SoundFile]:
        """All of them."""
        return chain(*self.of_shots.values(), self.of_film)


class Soundtracks:
    """The soundtrack of each variant of a board."""

    def __init__(self, board: Storyboard, variants: Variants) -> None:
        self.board, self.variants = board, variants
        self._given = given(board)
        self._budget = budget_for(len(board.entries) * len(variants))

    def of(self, variant: Variant) -> Soundtrack:
        """What one variant plays, without files whose name comes to nothing. Raises BadInput for a bad template."""
        values = {**self._given, **variant.values}

        def heard(files: tuple[SoundFile, ...]) -> tuple[SoundFile, ...]:
            made = (_filled(self.board, file, values, self._budget) for file in files)
            return tuple(file for file in made if file.file)

        shots = {shot.id: heard(shot.sound.files) for shot in variant.shots if shot.sound.files}
        return Soundtrack(shots, heard(variant.mix.files))

    def every(self) -> Iterator[SoundFile | BadInput]:
        """Each sound file as some variant plays it, once; of a template with problems only the problems, once."""
        written = tuple(_written(self.board))
        yield from (file for file in written if not _templates(file))
        looked = {file.path: self._names(file) for file in written if _templates(file)}
        seen: set[object] = set()
        for variant in self.variants if looked else ():
            values = {**self._given, **variant.values}
            for file in _of(variant):
                key = file.path, tuple(str(values.get(name)) for name in looked.get(file.path, ()))
                if file.path not in looked or key in seen or file.path in seen:
                    continue
                seen.add(key)
                try:
                    made = _filled(self.board, file, values, self._budget)
                except BadInput as bad:
                    seen.add(file.path)
                    yield bad
                else:
                    yield from [made] if made.file else []

    def _names(self, file: SoundFile) -> list[str]:
        """The variables that the templates of a file look at; where they are none, those are told when it is filled."""
        library = library_at(self.board, file.path)
        try:
            return sorted(names(file.file, library) | names(file.text, library))
        except TemplateError:
            return []


def _written(board: Storyboard) -> Iterator[SoundFile]:
    """Every sound file that the board names, whether a variant plays it or not."""
    for shot in board.shots:
        yield from shot.sound.files
    yield from board.mix.files
    for change in board.variants.changes if board.variants else ():
        yield from change.mix.files


def _of(variant: Variant) -> Iterator[SoundFile]:
    return chain(chain.from_iterable(map(_files, variant.shots)), variant.mix.files)


def _files(shot: Shot) -> tuple[SoundFile, ...]:
    return shot.sound.files


def _templates(file: SoundFile) -> bool:
    return "{" in file.file or "{" in file.text


def _filled(board: Storyboard, file: SoundFile, values: Mapping[str, Data], budget: Budget) -> SoundFile:
    if not _templates(file):
        return file
    name = _text(board, (*file.path, "audio"), file.file, values, budget)
    return replace(file, file=name, text=_text(board, (*file.path, "text"), file.text, values, budget))


def _text(board: Storyboard, path: Path, text: str, values: Mapping[str, Data], budget: Budget) -> str:
    try:
        made = render(text, values, library_at(board, path), budget)
    except TemplateError as problem:
        place = board.source.place(path, find=problem.word)
        raise BadInput([Problem(problem.code, dotted(path), str(problem), problem.hint, place)]) from problem
    return " ".join(unicodedata.normalize("NFC", made).split())
