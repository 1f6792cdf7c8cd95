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

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from pipeline.catalog import FRAME_WORDS, MEDIA_WORDS, Kind, Model
from pipeline.errors import MOST, BadInput, Place, Problem, nearest
from pipeline.prompts import camera, sentences
from pipeline.prompts.looked_at import library_at, template_of
from pipeline.prompts.sentences import Cited, capital, joined, sentence
from pipeline.storyboard import Entry, Part, Path, Reference, Storyboard, Subject, dotted
from pipeline.storyboard.nodes import place_of, search, whole
from pipeline.templates import Budget, Data, TemplateError, render

RECIPE = 1
DIRECTION_FORMAT = 1

_MENTION = re.compile(r"@(@)|(?<![\w@])@([A-Za-z][A-Za-z0-9_]*)")  # @@ is a plain @
_SENTENCE_END = re.compile(r"(?:^|[.!?…][\"'”’)]*)\s*[\"'“‘«(]*$")
_LOOK_BACK = 12  # characters before a mention that tell whether a sentence begins with it


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
    left_out: tuple[Reference, ...]  # files of its subjects that the model has no place for
    spoken: tuple[str, ...]  # what is said in each of its parts, all lines of one joined
    actions: tuple[str, ...]  # what happens in each of its parts, mentions filled in
    direction: Mapping[str, Any]  # plain JSON; for previs only


@dataclass(frozen=True, slots=True)
class _Acted:
    """One part of an entry, filled in."""

    part: Part
    action: str
    lines: tuple[Mapping[str, Any], ...]
    seen: tuple[Subject, ...]
    heard: tuple[Subject, ...]
    location: Subject | None


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
    composition.style()
    everybody = list(board.subjects.values())
    composition.music()
    composition.ambience()
    list(composition.introductions(everybody, everybody))
    return tuple(composition.problems)


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
    """One entry being composed; gathers problems instead of stopping at the first."""

    def __init__(self, board: Storyboard, entry: Entry, values: Mapping[str, Data], ask: Ask, budget: Budget) -> None:
        self.board, self.entry, self.values, self.ask, self.budget = board, entry, values, ask, budget
        self.problems: list[Problem] = []
        self.styled: dict[str, str] | None = None

    def composed(self) -> Composed:
        common = self.text(self.entry.prompt, (*self.entry.path, "prompt")) if self.entry.several else ""
        shared = self.mentioned(common, (*self.entry.path, "prompt")) if common else []
        place = self.location(self.entry.location, self.entry.path)
        acted = [self.acted(part) for part in self.entry.parts]
        seen = self.cast([*shared, *filter(None, [place]), *(who for act in acted for who in act.seen)])
        heard = self.cast([who for act in acted for who in act.heard])
        cited = tuple(self.cite(seen, heard))
        common = sentence(self.named(common))
        prompt = self.entry.prompt if self.entry.raw else self.prompt(common, place, acted, seen, heard, cited)
        direction = self.direction(common, place, acted, seen, cited)
        if self.problems:
            raise BadInput(self.problems)
        said = tuple(" ".join(line["line"] for line in act.lines) for act in acted)
        actions = tuple(joined([common, act.action]) for act in acted)
        return Composed(prompt, cited, tuple(self.left_out(seen, heard)), said, actions, direction)

    def acted(self, part: Part) -> _Acted:
        """One part with everything in it filled in."""
        path = (*part.path, "prompt")
        prompt = part.prompt if self.entry.raw else self.text(part.prompt, path)
        raw = self.entry.raw and not self.entry.several
        mentioned = [] if raw else self.mentioned(prompt, path)
        spoken = [(line, self.speaker(line.speaker, line.path)) for line in part.dialogue]
        location = self.location(part.location, part.path) if self.entry.several else None
        visible = [who for line, who in spoken if who and not line.off_screen]
        lines = tuple(
            {
                "speaker": who.name,
                "delivery": self.text(line.delivery, (*line.path, "delivery")),
                "line": self.text(line.line, line.path).replace('"', "'"),
                "off_screen": line.off_screen,
            }
            for line, who in spoken
            if who
        )
        action = " ".join(self.entry.prompt.split()) if raw else sentence(self.named(prompt))
        seen = [] if raw else self.cast([*mentioned, *visible, *filter(None, [location])])
        heard = [] if raw else self.cast([who for _, who in spoken if who])
        return _Acted(part, action, lines, tuple(seen), tuple(heard), location)

    def prompt(
        self,
        common: str,
        place: Subject | None,
        acted: list[_Acted],
        seen: list[Subject],
        heard: list[Subject],
        cited: tuple[Cited, ...],
    ) -> str:
        """The whole prompt, by the recipe or by the author's own template."""
        several, only = self.entry.several, acted[0]
        music = self.music()
        shots = "\n".join(self.shot(number, act, place) for number, act in enumerate(acted, 1)) if several else ""
        camera_words = "" if several else self.camera(only.part)
        parts = {
            "references": joined(sentences.role(item) for item in cited if item.token),
            "cast": joined(self.introductions(seen, heard)),
            "style": joined(f"{label}: {sentence(text)}" for label, text in self.style().items()),
            "location": f"Location: {sentence(place.name)}" if place else "",
            "camera": camera_words,
            "action": common if several else only.action,
            "shots": shots,
            "dialogue": "" if several else joined(map(sentences.spoken, only.lines)),
            "sound": joined(self.heard_sound(music)) if self.ask.audio else "",
            "constraints": sentences.constraints(music=music, audio=self.ask.audio, several=several),
        }
        path, template = template_of(self.board, self.entry)
        if template:
            text = self.fill(template, path, {**self.values, **parts})
            lines = (" ".join(line.split()) for line in text.splitlines())
        else:
            shot = common if several else sentences.lead(camera_words, only.action)
            order = ("references", "cast", "style", "location", "", "shots", "dialogue", "sound", "constraints")
            lines = (parts[name] if name else shot for name in order)
        # Once more in NFC: a name or an accent at a joint can combine with what stands before it.
        return unicodedata.normalize("NFC", "\n".join(filter(None, lines)))

    def shot(self, number: int, act: _Acted, place: Subject | None) -> str:
        """One of several shots."""
        elsewhere = act.location if act.location is not place else None
        location = f"Location: {sentence(elsewhere.name)}" if elsewhere else ""
        dialogue = joined(map(sentences.spoken, act.lines))
        return sentences.numbered(number, self.camera(act.part), location, act.action, dialogue)

    def camera(self, part: Part) -> str:
        return camera.words(part.camera) if part.camera else ""

    def text(self, text: str, path: Path) -> str:
        """The text with its templates filled in, in NFC, on one line."""
        return _on_one_line(self.fill(text, path, self.values)) if "{" in text else _on_one_line_again(text)

    def fill(self, text: str, path: Path, values: Mapping[str, Data]) -> str:
        try:
            return render(text, values, library_at(self.board, path), self.budget)
        except TemplateError as problem:
            place = self.place(path, problem)
            self.problems.append(Problem(problem.code, dotted(path), str(problem), problem.hint, place))
            return text

    def place(self, path: Path, problem: TemplateError) -> Place:
        """Where what is wrong with a template stands: in its own text, or in a file that it includes."""
        if text := self.board.source.files.get(problem.file):
            node = whole(text)
            return (search(node, problem.word) if problem.word else None) or place_of(node)
        return self.board.source.place(path, find=problem.word)

    def mentioned(self, text: str, path: Path) -> list[Subject]:
        keys = dict.fromkeys(match[2] for match in _MENTION.finditer(text) if match[2])
        unknown = (key for key in keys if key in self.board.subjects or not self.is_token(key))
        return [subject for key in unknown if (subject := self.subject(key, path, f"@{key}"))]

    def is_token(self, key: str) -> bool:
        """Whether a mention is how the model itself names a reference: @Image1."""
        name = key.rstrip("0123456789")
        return name != key and any(pattern == f"@{name}{{n}}" for pattern in self.ask.model.tokens.values())

    def speaker(self, key: str, path: Path) -> Subject | None:
        return self.subject(key, path, key)

    def location(self, key: str, shot: Path) -> Subject | None:
        path = (*shot, "location")
        if not key:
            return None
        found = self.board.subjects.get(key)
        if found and found.kind == "location":
            return found
        places = [key for key, subject in self.board.subjects.items() if subject.kind == "location"]
        what = f'"{key}" is a {found.kind}, no location' if found else f'there is no location "{key}"'
        meant = nearest(key, places)
        hint = f'did you mean "{meant}"?' if meant else "define it under `locations`"
        self.problems.append(Problem("unknown-location", dotted(path), what, hint, self.board.source.place(path)))
        return None

    def subject(self, key: str, path: Path, written: str) -> Subject | None:
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

    def cast(self, subjects: Iterable[Subject]) -> list[Subject]:
        """Each subject once, in the order in which the board declares them: the same in every shot."""
        keys = {subject.key for subject in subjects}
        return [subject for key, subject in self.board.subjects.items() if key in keys] if keys else []

    def named(self, text: str) -> str:
        """The text with each @mention replaced by the subject's name, capital where a sentence begins."""

        def name(match: re.Match[str]) -> str:
            if match[2] not in self.board.subjects:
                return match[1] or match[0]
            plain = self.board.subjects[match[2]].name
            before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
            return capital(plain) if _SENTENCE_END.search(before) else plain

        return _MENTION.sub(name, text) if "@" in text else text

    def cite(self, seen: list[Subject], heard: list[Subject]) -> Iterator[Cited]:
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

    def left_out(self, seen: list[Subject], heard: list[Subject]) -> Iterator[Reference]:
        for subject in seen:
            yield from (reference for reference in subject.references if not self.takes(reference.kind))
        if not self.takes("audio") and self.ask.audio:
            yield from (subject.voice for subject in heard if subject.voice)

    def introductions(self, seen: list[Subject], heard: list[Subject]) -> Iterator[str]:
        """Who is seen looks so, who is heard sounds so: a description of somebody off screen would bring them on."""
        for subject in self.cast([*seen, *heard]):
            path = (*subject.path, "description")
            description = self.text(subject.description, path)
            self.mentioned(description, path)
            if subject in seen and description:
                yield sentence(f"{capital(subject.name)} is {self.named(description)}")
            if subject in heard and self.ask.audio:
                voice = self.text(subject.voice_description, (*subject.path, "voice", "description"))
                yield sentence(f"{capital(subject.name)}'s voice is {voice}") if voice else ""

    def style(self) -> dict[str, str]:
        if self.styled is None:
            self.styled = self.filled_style()
        return self.styled

    def filled_style(self) -> dict[str, str]:
        style = self.board.style
        texts = {"Style": ("look", style.look), "Palette": ("palette", style.palette)}
        texts["Lighting"] = ("lighting", style.lighting)
        filled = {label: self.text(text, ("style", key)) for label, (key, text) in texts.items()}
        return {label: text for label, text in filled.items() if text}

    def music(self) -> str:
        return self.text(self.board.sound.music, ("sound", "music"))

    def ambience(self) -> str:
        return self.text(self.board.sound.ambience, ("sound", "ambience"))

    def heard_sound(self, music: str) -> Iterator[str]:
        if ambience := self.ambience():
            yield f"Sound: {sentence(ambience)}"
        if music not in ("none", "any", ""):
            yield f"Music: {sentence(music)}"

    def direction(
        self,
        common: str,
        place: Subject | None,
        acted: list[_Acted],
        seen: list[Subject],
        cited: tuple[Cited, ...],
    ) -> Mapping[str, Any]:
        keys = {"Style": "look", "Palette": "palette", "Lighting": "lighting"}
        images = [{"role": item.role, "of": item.of} for item in cited if item.kind == "image"]
        only = acted[0]
        several = self.entry.several
        found: dict[str, Any] = {
            "format": DIRECTION_FORMAT,
            "title": self.board.title,
            "shot": self.entry.id,
            "camera": {} if several else _camera(only.part),
            "action": common if several else only.action,
            "dialogue": [] if several else list(only.lines),
            "notes": "" if several else self.notes(only.part),
            "style": {keys[label]: text for label, text in self.style().items()},
            "figures": self.figures(seen),
            "images": [*self.frames(), *images],
        }
        if place:
            found["place"] = self.described(place)
        if several:
            found["parts"] = [self.part_direction(act, end) for act, end in zip(acted, self.ends(), strict=True)]
        return found

    def part_direction(self, act: _Acted, end_s: Fraction) -> Mapping[str, Any]:
        found = {
            "shot": act.part.id,
            "camera": _camera(act.part),
            "action": act.action,
            "dialogue": list(act.lines),
            "notes": self.notes(act.part),
            "figures": self.figures(act.seen),
            "seconds": str(end_s),
        }
        return found | ({"place": self.described(act.location)} if act.location else {})

    def ends(self) -> list[Fraction]:
        """Seconds at which each part ends; of a take that is kept whole, parts of equal length."""
        ends = [shot.end_s or self.ask.duration_s for shot in self.entry.shots]
        count = len(self.entry.parts)
        return ends if len(ends) == count else [self.ask.duration_s * n / count for n in range(1, count + 1)]

    def frames(self) -> Iterator[Mapping[str, str]]:
        """The pictures that the previs gets before all others."""
        first = FRAME_WORDS[0]
        if self.entry.continue_from and self.entry.continue_from.how == first:
            yield {"role": "continues", "of": self.entry.continue_from.shot}
        elif self.entry.first_frame:
            yield {"role": "continues", "of": ""}

    def figures(self, seen: Iterable[Subject]) -> list[Mapping[str, Any]]:
        order = [key for key, subject in self.board.subjects.items() if subject.kind == "character"]
        people = (who for who in seen if who.kind == "character")
        return [{"name": who.name, "colour": order.index(who.key)} for who in people]

    def notes(self, part: Part) -> str:
        return self.text(part.notes, (*part.path, "notes"))

    def described(self, place: Subject) -> str:
        return f"{place.name}, {self.text(place.description, (*place.path, 'description'))}"


def _on_one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


# What is no template is the same in every variant.
_on_one_line_again = lru_cache(maxsize=10_000)(_on_one_line)


def _camera(part: Part) -> dict[str, Any]:
    if not part.camera:
        return {}
    fields = {name: getattr(part.camera, name) for name in ("shot_size", "angle", "movement", "speed")}
    lens = {"lens_mm": float(part.camera.lens_mm)} if part.camera.lens_mm else {}
    return {name: value for name, value in fields.items() if value} | lens
