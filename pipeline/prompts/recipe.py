"""A shot of a board becomes the prompt that a model reads, by recipe 1, and the direction that previs draws from.

Recipe 1, part by part, each on a line of its own; docs/prompts.md gives the reasons:
    references   @Image1 is the keeper's face. @Image2 is the keeper's costume.
    cast         The keeper is an old lighthouse keeper in a yellow oilskin.
    style        Style: 35mm film. Palette: teal and amber. Lighting: low sun.
    shot         Medium shot from a low angle, handheld: The keeper climbs the spiral stairs.
    dialogue     The keeper says, under his breath: "Not tonight, boy."
    sound        Sound: wind and surf.
    constraints  No background music. No on-screen text. Single continuous take, no cuts.
What recipe 1 makes of a board is final: one changed word would make users pay again for shots they have.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline import templates
from pipeline.catalog import Kind, Model
from pipeline.errors import MOST, BadInput, Problem, nearest
from pipeline.prompts import camera
from pipeline.storyboard import Character, Path, Reference, Scalar, Shot, Storyboard, dotted

RECIPE = 1
DIRECTION_FORMAT = 1

_MENTION = re.compile(r"@(@)|(?<![\w@])@([A-Za-z][A-Za-z0-9_]*)")  # @@ is a plain @
_SENTENCE_END = re.compile(r"(?:^|[.!?…][\"'”’)]*)\s*[\"'“‘«(]*$")
_CLOSED = re.compile(r"[.!?…][\"'”’)]*$")
_LOOK_BACK = 12  # characters before a mention that tell whether a sentence begins with it


@dataclass(frozen=True, slots=True)
class Cited:
    """One reference of a request, and how the prompt speaks of it."""

    kind: Kind
    reference: Reference | None  # None for the frame that the shot continues from
    token: str  # e.g. "@Image1"
    role: str  # as the author wrote it; "continues" for the frame
    of: str  # name of the character it shows; id of the other shot for the frame; "" for the shot's own


@dataclass(frozen=True, slots=True)
class Composed:
    """What a shot says to a model and to the previs."""

    prompt: str  # NFC
    cited: tuple[Cited, ...]  # images, then videos, then audios, each in the order of the request
    direction: Mapping[str, Any]  # plain JSON; for previs only


def compose(board: Storyboard, shot: Shot, values: Mapping[str, Scalar], model: Model, *, audio: bool) -> Composed:
    """Compose one shot with the values of one variant; `audio` says whether the model makes sound.

    Raises BadInput with every template and mention that can't be resolved.
    """
    return _Composition(board, shot, values, model, audio).composed()


def problems_of_texts(board: Storyboard, values: Mapping[str, Scalar], model: Model) -> tuple[Problem, ...]:
    """What can't be resolved in the texts that belong to no shot, whether a shot uses them or not."""
    if not board.shots:
        return ()
    composition = _Composition(board, board.shots[0], values, model, audio=True)
    composition.style()
    everybody = list(board.characters.values())
    list(composition.sound())
    list(composition.introductions(everybody, everybody))
    return tuple(composition.problems)


def names_used(board: Storyboard, shot: Shot) -> frozenset[str]:
    """Variables whose values can change what `compose` returns for the shot.

    Texts that are no templates count as using none; `compose` reports them.
    """
    return frozenset().union(*map(_names, (*_board_texts(board), *_shot_texts(shot))))


def _names(text: str) -> frozenset[str]:
    try:
        return templates.names(text)
    except templates.TemplateError:
        return frozenset()


def _board_texts(board: Storyboard) -> Iterator[str]:
    yield from (board.style.look, board.style.palette, board.style.lighting, board.sound.music, board.sound.ambience)
    for character in board.characters.values():
        yield from (character.description, character.voice_description)


def _shot_texts(shot: Shot) -> Iterator[str]:
    yield from (shot.prompt, shot.notes)
    for line in shot.dialogue:
        yield from (line.line, line.delivery)


class _Composition:
    """One shot being composed; gathers problems instead of stopping at the first."""

    def __init__(self, board: Storyboard, shot: Shot, values: Mapping[str, Scalar], model: Model, audio: bool) -> None:
        self.board, self.shot, self.values, self.model, self.audio = board, shot, values, model, audio
        self.problems: list[Problem] = []

    def composed(self) -> Composed:
        path = self.shot.path
        prompt = self.fill(self.shot.prompt, (*path, "prompt"))
        mentioned = self.mentioned(prompt, (*path, "prompt"))
        lines = [(line, self.speaker(line.speaker, line.path)) for line in self.shot.dialogue]
        speakers = [character for _, character in lines if character]
        seen = self.cast([*mentioned, *(who for line, who in lines if who and not line.off_screen)])
        heard = self.cast(speakers)
        cited = tuple(self.cite(seen, heard))
        action = sentence(self.named(prompt))
        dialogue = [
            {
                "speaker": who.name,
                "delivery": self.fill(line.delivery, (*line.path, "delivery")),
                "line": self.fill(line.line, line.path).replace('"', "'"),
                "off_screen": line.off_screen,
            }
            for line, who in lines
            if who
        ]
        style = self.style()
        parts = (
            " ".join(map(_role_sentence, cited)),
            " ".join(filter(None, self.introductions(seen, heard))),
            " ".join(f"{label}: {sentence(text)}" for label, text in style.items()),
            self.lead(action),
            " ".join(map(_spoken, dialogue)),
            *self.sound(),
        )
        direction = self.direction(seen, cited, action, dialogue, style)
        if self.problems:
            raise BadInput(self.problems)
        # Once more in NFC: a name or an accent at a joint can combine with what stands before it.
        return Composed(unicodedata.normalize("NFC", "\n".join(filter(None, parts))), cited, direction)

    def fill(self, text: str, path: Path) -> str:
        """The text with its templates filled in, in NFC, on one line."""
        try:
            text = templates.render(text, self.values)
        except templates.TemplateError as problem:
            place = self.board.source.place(path, find=problem.word)
            self.problems.append(Problem(problem.code, dotted(path), str(problem), problem.hint, place))
        return " ".join(unicodedata.normalize("NFC", text).split())

    def mentioned(self, text: str, path: Path) -> list[Character]:
        keys = dict.fromkeys(match[2] for match in _MENTION.finditer(text) if match[2])
        return [character for key in keys if (character := self.character(key, path, f"@{key}"))]

    def speaker(self, key: str, path: Path) -> Character | None:
        return self.character(key, path, key)

    def character(self, key: str, path: Path, written: str) -> Character | None:
        if character := self.board.characters.get(key):
            return character
        if len(self.problems) >= MOST:
            return None
        if not key:
            place = self.board.source.place(path)
            hint = 'write `keeper (under his breath): "Not tonight, boy."`'
            self.problems.append(Problem("unknown-character", dotted(path), "nobody speaks this line", hint, place))
            return None
        meant = nearest(key, self.board.characters)
        define = "define it under `characters`" + ("; for a plain @ write @@" if written.startswith("@") else "")
        hint = f'did you mean "{meant}"?' if meant else define
        place = self.board.source.place(path, find=written)
        message = f'there is no character "{key}"'
        self.problems.append(Problem("unknown-character", dotted(path), message, hint, place))
        return None

    def cast(self, characters: Iterable[Character]) -> list[Character]:
        """Each character once, in the order in which the board declares them: the same in every shot."""
        keys = {character.key for character in characters}
        return [character for key, character in self.board.characters.items() if key in keys]

    def named(self, text: str) -> str:
        """The text with each @mention replaced by the character's name, capital where a sentence begins."""

        def name(match: re.Match[str]) -> str:
            if match[2] not in self.board.characters:
                return match[1] or match[0]
            plain = self.board.characters[match[2]].name
            before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
            return capital(plain) if _SENTENCE_END.search(before) else plain

        return _MENTION.sub(name, text)

    def cite(self, seen: list[Character], heard: list[Character]) -> Iterator[Cited]:
        gathered: dict[Kind, list[tuple[Reference | None, str, str]]] = {"image": [], "video": [], "audio": []}
        for character in seen:
            for reference in character.references:
                gathered[reference.kind].append((reference, reference.role, character.name))
        for reference in self.shot.references:
            gathered[reference.kind].append((reference, reference.role, ""))
        for character in heard:
            if character.voice and self.audio:
                gathered["audio"].append((character.voice, "voice", character.name))
        if self.shot.continue_from:
            gathered["image"].append((None, "continues", self.shot.continue_from.shot))
        for kind, found in gathered.items():
            pattern = self.model.tokens.get(kind, "")
            for number, (cited, role, of) in enumerate(found, 1):
                role = " ".join(unicodedata.normalize("NFC", role).split())
                yield Cited(kind, cited, pattern.format(n=number), role, of)

    def introductions(self, seen: list[Character], heard: list[Character]) -> Iterator[str]:
        """Who is seen looks so, who is heard sounds so: a description of somebody off screen would bring them on."""
        for character in self.cast([*seen, *heard]):
            path = (*character.path, "description")
            description = self.fill(character.description, path)
            self.mentioned(description, path)
            if character in seen and description:
                yield sentence(f"{capital(character.name)} is {self.named(description)}")
            if character in heard and self.audio:
                voice = self.fill(character.voice_description, (*character.path, "voice", "description"))
                yield sentence(f"{capital(character.name)}'s voice is {voice}") if voice else ""

    def style(self) -> dict[str, str]:
        style = self.board.style
        texts = {"Style": ("look", style.look), "Palette": ("palette", style.palette)}
        texts["Lighting"] = ("lighting", style.lighting)
        filled = {label: self.fill(text, ("style", key)) for label, (key, text) in texts.items()}
        return {label: text for label, text in filled.items() if text}

    def lead(self, action: str) -> str:
        words = camera.words(self.shot.camera) if self.shot.camera else ""
        return f"{capital(words)}: {action}" if words else action

    def sound(self) -> Iterator[str]:
        sound = self.board.sound
        music = self.fill(sound.music, ("sound", "music"))
        ambience = self.fill(sound.ambience, ("sound", "ambience"))
        heard = [f"Sound: {sentence(ambience)}"] if ambience else []
        if music not in ("none", "any", ""):
            heard.append(f"Music: {sentence(music)}")
        if self.audio:
            yield " ".join(heard)
        silence = ["No background music."] if music == "none" and self.audio else []
        yield " ".join([*silence, "No on-screen text.", "Single continuous take, no cuts."])

    def direction(
        self,
        seen: list[Character],
        cited: tuple[Cited, ...],
        action: str,
        dialogue: list[dict[str, Any]],
        style: Mapping[str, str],
    ) -> Mapping[str, Any]:
        order = list(self.board.characters)
        keys = {"Style": "look", "Palette": "palette", "Lighting": "lighting"}
        return {
            "format": DIRECTION_FORMAT,
            "title": self.board.title,
            "shot": self.shot.id,
            "camera": _camera(self.shot),
            "action": action,
            "dialogue": dialogue,
            "notes": self.fill(self.shot.notes, (*self.shot.path, "notes")),
            "style": {keys[label]: text for label, text in style.items()},
            "figures": [{"name": who.name, "colour": order.index(who.key)} for who in seen],
            "images": [{"role": item.role, "of": item.of} for item in cited if item.kind == "image"],
        }


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends a sentence already."""
    return text if not text or _CLOSED.search(text) else text + "."


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _role_sentence(cited: Cited) -> str:
    if cited.reference is None:
        return f"{cited.token} is the first frame: the shot continues from it."
    owner = f"{cited.of}'s " if cited.of else ""
    return sentence(f"{cited.token} is {owner}{cited.role}")


def _spoken(line: Mapping[str, Any]) -> str:
    asides = (", off screen," if line["off_screen"] else "", f", {line['delivery']}" if line["delivery"] else "")
    return f'{capital(line["speaker"])}{asides[0]} says{asides[1]}: "{line["line"]}"'


def _camera(shot: Shot) -> dict[str, Any]:
    if not shot.camera:
        return {}
    fields = {name: getattr(shot.camera, name) for name in ("shot_size", "angle", "movement", "speed")}
    lens = {"lens_mm": float(shot.camera.lens_mm)} if shot.camera.lens_mm else {}
    return {name: value for name, value in fields.items() if value} | lens
