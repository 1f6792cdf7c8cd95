"""A shot of a board becomes the prompt that a model reads, by recipe 1, and the direction that previs draws from.

Recipe 1, part by part, each on a line of its own; docs/prompts.md gives the reasons:
    references   @Image1 is the keeper's face. @Image2 is the keeper's costume.
    cast         The keeper is an old lighthouse keeper in a yellow oilskin.
    style        Style: 35mm film. Palette: teal and amber. Lighting: low sun.
    location     Location: the lamp room.
    shot         Medium shot from a low angle, handheld: The keeper climbs the spiral stairs.
    dialogue     The keeper says, under his breath: "Not tonight, boy."
    sound        Sound: wind and surf.
    constraints  No background music. No on-screen text. Single continuous take, no cuts.
Several shots in one generation have, in the place of the shot and its dialogue, what they share and then each of them:
    Shot 1: Wide shot. The keeper reaches the lamp room.
    Shot 2: Close-up. His hand on the brass crank. The keeper says: "Not tonight, boy."
What recipe 1 makes of a board is final: one changed word would make users pay again for shots they have.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipeline import camera
from pipeline.catalog import MEDIA_WORDS, Model
from pipeline.errors import BadInput, Problem
from pipeline.prompts import sentences
from pipeline.prompts.direction import Acted, Staged, direction
from pipeline.prompts.filling import Filling
from pipeline.prompts.looked_at import template_of
from pipeline.prompts.sentences import Cited, capital, joined, sentence
from pipeline.storyboard import Entry, Part, Reference, Storyboard, Subject
from pipeline.take import Kind
from pipeline.templates import Budget, Data

RECIPE = 1
_ORDER = ("references", "cast", "style", "location", "shot", "shots", "dialogue", "sound", "constraints")


@dataclass(frozen=True, slots=True)
class Ask:
    """What a composition has to know of the model that reads it."""

    model: Model
    audio: bool  # the model makes sound
    duration_s: Fraction  # seconds


@dataclass(frozen=True, slots=True)
class Composed:
    """What an entry says to a model and to the previs."""

    prompt: str  # NFC, unless it is raw
    cited: tuple[Cited, ...]  # images, then videos, then audios, each in the order of the request
    subjects: tuple[str, ...]  # keys of those that it shows or lets speak
    left_out: tuple[Reference, ...]  # files of its subjects that the model has no place for
    spoken: tuple[str, ...]  # what is said in each of its parts, all lines of one joined
    actions: tuple[str, ...]  # what happens in each of its parts, mentions filled in
    direction: Mapping[str, Any]  # plain JSON; for previs only


def compose(board: Storyboard, entry: Entry, values: Mapping[str, Data], ask: Ask, budget: Budget) -> Composed:
    """Compose one entry with the values of one variant.

    Raises BadInput with every template and mention that can't be resolved.
    """
    return _Composition(board, entry, values, ask, budget).composed()


def problems_of_texts(
    board: Storyboard, values: Mapping[str, Data], model: Model, budget: Budget
) -> tuple[Problem, ...]:
    """What can't be resolved in the texts that belong to no shot, whether a shot uses them or not."""
    if not board.entries:
        return ()
    composition = _Composition(board, board.entries[0], values, Ask(model, True, Fraction(0)), budget)
    everybody = list(board.subjects.values())
    composition.style()
    list(composition.sound(composition.music()))
    list(composition.introductions(everybody, everybody))
    return tuple(composition.filling.problems)


def given(board: Storyboard) -> dict[str, Data]:
    """What templates may name beside variables: the storyboard's own data."""
    found: dict[str, Data] = {"title": board.title}
    for section, kind in (("characters", "character"), ("locations", "location"), ("props", "prop")):
        found[section] = {
            key: {"key": key, "name": subject.name, "description": subject.description}
            for key, subject in board.subjects.items()
            if subject.kind == kind
        }
    return found


class _Composition:
    """One entry being composed."""

    def __init__(self, board: Storyboard, entry: Entry, values: Mapping[str, Data], ask: Ask, budget: Budget) -> None:
        self.board, self.entry, self.ask = board, entry, ask
        self.filling = Filling(board, values, ask.model, budget)

    def composed(self) -> Composed:
        entry, staged = self.entry, self.staged()
        prompt = entry.prompt if entry.raw else self.prompt(staged)
        located = [staged.place, *(act.location for act in staged.acted)]
        places = {place.key: self.described(place) for place in located if place}
        found = direction(self.board, entry, staged, self.ask.duration_s, places)
        if self.filling.problems:
            raise BadInput(self.filling.problems)
        said = tuple(" ".join(line["line"] for line in act.lines) for act in staged.acted)
        actions = tuple(joined([staged.common, act.action]) for act in staged.acted)
        left_out = tuple(self.left_out(staged.seen, staged.heard))
        subjects = tuple(dict.fromkeys(who.key for who in (*staged.seen, *staged.heard)))
        return Composed(prompt, staged.cited, subjects, left_out, said, actions, found)

    def staged(self) -> Staged:
        """The entry with everything in it filled in."""
        path, filling = (*self.entry.path, self.entry.prompt_key), self.filling
        common = filling.text(self.entry.prompt, path) if self.entry.several else ""
        shared = filling.mentioned(common, path)
        place = filling.location(self.entry.location, self.entry.path)
        acted = tuple(map(self.acted, self.entry.parts))
        seen = filling.cast([*shared, *filter(None, [place]), *(who for act in acted for who in act.seen)])
        heard = filling.cast([who for act in acted for who in act.heard])
        cited = tuple(self.cite(seen, heard))
        return Staged(sentence(filling.named(common)), place, acted, tuple(seen), tuple(heard), cited, self.style())

    def acted(self, part: Part) -> Acted:
        """One part with everything in it filled in; beside a raw prompt nothing brings anybody."""
        filling, path, raw = self.filling, (*part.path, part.prompt_key), self.entry.raw
        prompt = part.prompt if raw else filling.text(part.prompt, path)
        mentioned = [] if raw else filling.mentioned(prompt, path)
        spoken = [(line, filling.subject(line.speaker, line.path, line.speaker)) for line in part.dialogue]
        location = filling.location(part.location, part.path) if self.entry.several else None
        visible = [who for line, who in spoken if who and not line.off_screen]
        lines = tuple(
            {
                "speaker": who.name,
                "delivery": filling.text(line.delivery, (*line.path, "delivery")),
                "line": filling.text(line.line, line.path).replace('"', "'"),
                "off_screen": line.off_screen,
            }
            for line, who in spoken
            if who
        )
        action = " ".join(self.entry.prompt.split()) if raw else sentence(filling.named(prompt))
        seen = [] if raw else filling.cast([*mentioned, *visible, *filter(None, [location])])
        heard = [] if raw else filling.cast([who for _, who in spoken if who])
        notes = filling.text(part.notes, (*part.path, "notes"))
        return Acted(part, action, lines, tuple(seen), tuple(heard), location, notes)

    def prompt(self, staged: Staged) -> str:
        """The whole prompt, by the recipe or by the author's own template."""
        parts = self.parts(staged)
        path, template = template_of(self.board, self.entry)
        if template:
            text = self.filling.fill(template, path, {**self.filling.values, **parts})
            lines = [" ".join(line.split()) for line in text.splitlines()]
        else:
            shot = parts["action"] if self.entry.several else sentences.lead(parts["camera"], parts["action"])
            lines = [shot if name == "shot" else parts[name] for name in _ORDER]
        # Once more in NFC: a name or an accent at a joint can combine with what stands before it.
        return unicodedata.normalize("NFC", "\n".join(filter(None, lines)))

    def parts(self, staged: Staged) -> dict[str, str]:
        """What a prompt is made of, by the names that prompt templates use."""
        several, only, music = self.entry.several, staged.acted[0], self.music()
        shots = [self.shot(number, act, staged.place) for number, act in enumerate(staged.acted, 1)] if several else []
        return {
            "references": joined(sentences.role(item) for item in staged.cited if item.token),
            "cast": joined(self.introductions(staged.seen, staged.heard)),
            "style": joined(f"{label}: {sentence(text)}" for label, text in staged.style.items()),
            "location": f"Location: {sentence(staged.place.name)}" if staged.place else "",
            "camera": "" if several else _camera(only.part),
            "action": staged.common if several else only.action,
            "shots": "\n".join(shots),
            "dialogue": "" if several else joined(map(sentences.spoken, only.lines)),
            "sound": joined(self.sound(music)) if self.ask.audio else "",
            "constraints": sentences.constraints(music=music, audio=self.ask.audio, several=len(staged.acted) > 1),
        }

    def shot(self, number: int, act: Acted, place: Subject | None) -> str:
        """One of several shots."""
        elsewhere = act.location if act.location is not place else None
        location = f"Location: {sentence(elsewhere.name)}" if elsewhere else ""
        dialogue = joined(map(sentences.spoken, act.lines))
        return sentences.numbered(number, _camera(act.part), location, act.action, dialogue)

    def cite(self, seen: Sequence[Subject], heard: Sequence[Subject]) -> Iterator[Cited]:
        gathered: dict[Kind, list[tuple[Reference | None, str, str]]] = {"image": [], "video": [], "audio": []}
        for subject in seen:
            for reference in subject.references:
                if self.takes(reference.kind):
                    gathered[reference.kind].append((reference, reference.role, subject.name))
        for reference in self.entry.references:
            gathered[reference.kind].append((reference, reference.role, ""))
        for subject in heard:
            if subject.voice and self.ask.audio and self.takes("audio"):
                gathered["audio"].append((subject.voice, "voice", subject.name))
        if self.entry.continue_from and self.entry.continue_from.how == "reference":
            gathered["image"].append((None, "continues", self.entry.continue_from.shot))
        for kind, found in gathered.items():
            pattern = self.ask.model.tokens.get(kind, "")
            for number, (cited, role, of) in enumerate(found, 1):
                role = " ".join(unicodedata.normalize("NFC", role).split())
                yield Cited(kind, cited, pattern.format(n=number), role, of)

    def takes(self, kind: Kind) -> bool:
        return self.ask.model.takes(MEDIA_WORDS[kind])

    def left_out(self, seen: Sequence[Subject], heard: Sequence[Subject]) -> Iterator[Reference]:
        for subject in seen:
            yield from (reference for reference in subject.references if not self.takes(reference.kind))
        if not self.takes("audio") and self.ask.audio:
            yield from (subject.voice for subject in heard if subject.voice)

    def introductions(self, seen: Sequence[Subject], heard: Sequence[Subject]) -> Iterator[str]:
        """Who is seen looks so, who is heard sounds so: a description of somebody off screen would bring them on."""
        shown, speaking = {who.key for who in seen}, {who.key for who in heard}
        for subject in self.filling.cast([*seen, *heard]):
            path = (*subject.path, "description")
            description = self.filling.text(subject.description, path)
            self.filling.mentioned(description, path)
            if subject.key in shown and description:
                yield sentences.introduction(subject.kind, subject.name, self.filling.named(description))
            if subject.key in speaking and self.ask.audio:
                voice = self.filling.text(subject.voice_description, (*subject.path, "voice", "description"))
                yield sentence(f"{capital(subject.name)}'s voice is {voice}") if voice else ""

    def style(self) -> dict[str, str]:
        style = self.board.style
        texts = {"Style": ("look", style.look), "Palette": ("palette", style.palette)}
        texts["Lighting"] = ("lighting", style.lighting)
        filled = {label: self.filling.text(text, ("style", key)) for label, (key, text) in texts.items()}
        return {label: text for label, text in filled.items() if text}

    def music(self) -> str:
        return self.filling.text(self.board.sound.music, ("sound", "music"))

    def sound(self, music: str) -> Iterator[str]:
        if ambience := self.filling.text(self.board.sound.ambience, ("sound", "ambience")):
            yield f"Sound: {sentence(ambience)}"
        if music not in ("none", "any", ""):
            yield f"Music: {sentence(music)}"

    def described(self, place: Subject) -> str:
        return f"{place.name}, {self.filling.text(place.description, (*place.path, 'description'))}"


def _camera(part: Part) -> str:
    said = part.camera
    return camera.words(said.shot_size, said.angle, said.movement, said.speed, said.lens_mm) if said else ""
