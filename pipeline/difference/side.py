"""A plan, or the lack of one, becomes what has to be known of a state to hold it against another one."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from pipeline.edit import Footage, assemble
from pipeline.lock import Points
from pipeline.plan import Plan, Soundtrack, Soundtracks, Variant, points
from pipeline.said import Said, captions_of, has_words
from pipeline.storyboard import Card, Entry, MixSpec, Shot
from pipeline.words import Captions, Wording

Read = tuple[Wording, ...]
_ANY_SIZE = (2, 2)  # pixels: how long a cut is does not hang on it


class Side:
    """One of two states of a storyboard."""

    def __init__(self, plan: Plan | None) -> None:
        """`plan` is None where the storyboard is not in this state."""
        self.plan = plan
        self.entries: tuple[Entry, ...] = plan.board.entries if plan else ()
        self.index = {entry.id: index for index, entry in enumerate(self.entries)}
        self.jobs: list[dict[str, str]] = [{} for _ in self.entries]  # of each entry: variant -> digest
        self.takes: list[dict[str, tuple[str, int]]] = [{} for _ in self.entries]  # variant -> the take that it uses
        self.shown: list[dict[str, frozenset[str]]] = [{} for _ in self.entries]  # variant -> ids of shots in its cut
        self.seconds: dict[str, Fraction] = {}  # variant -> length of its cut
        self.cuts: dict[str, tuple[Fraction | None, str | None, str]] = {}  # variant -> frame rate, fit and size
        self.mixes: dict[str, MixSpec] = {}  # variant -> what it says of its sound
        self.soundtracks: dict[str, Soundtrack] = {}  # variant -> the sound files it plays
        self._sounds = Soundtracks(plan.board, plan.variants) if plan else None
        self.read: dict[str, dict[str, Read]] = {}  # variant -> by shot or card, what is read in it
        self.captions: dict[str, Captions] = {}  # variant -> how they are made
        self.order: tuple[str, ...] = ()  # ids of all shots and cards of the board
        self.to_buy = frozenset(job.digest for job in plan.to_buy()) if plan else frozenset()
        for variant in plan.variants if plan else ():
            self._add(variant)
        if plan and has_words(plan.board):
            self._add_words(plan)

    @property
    def digests(self) -> Mapping[str, object]:
        """All jobs by digest."""
        return self.plan.jobs if self.plan else {}

    def name_of(self, index: int) -> str:
        """The id of the entry before the one at the index; "" for the first."""
        return self.entries[index - 1].id if index else ""

    def _add(self, variant: Variant) -> None:
        assert self.plan is not None
        for index, digest in self.plan.digests(variant).items():
            self.jobs[index][variant.name] = digest
            # What the lock says counts wherever the clip is: on a build server there is none.
            at = variant.name, index, digest
            if take := self.plan.choice(*at) or self.plan.older_use(*at) or self.plan.footage(*at):
                self.takes[index][variant.name] = take.digest, take.number
        shown: dict[int, list[str]] = {}
        for shot in variant.shots:
            shown.setdefault(shot.entry, []).append(shot.id)
        for index, ids in shown.items():
            self.shown[index][variant.name] = frozenset(ids)
        self.seconds[variant.name] = self._length(self.plan, variant)
        width, height = self.plan.compositions.size(variant)
        self.mixes[variant.name] = variant.mix
        if self._sounds and (variant.mix.files or any(shot.sound.files for shot in variant.shots)):
            self.soundtracks[variant.name] = self._sounds.of(variant)
        self.cuts[variant.name] = variant.cut.frame_rate, variant.cut.fit, f"{width}x{height}"

    def _add_words(self, plan: Plan) -> None:
        everything: list[Shot | Card] = [*plan.board.shots]
        everything += [card for card in plan.board.cards if card.kind == "card"]
        self.order = tuple(each.id for each in sorted(everything, key=lambda each: int(each.path[1])))
        for variant in plan.variants:
            said = Said(plan.compositions, variant)
            self.captions[variant.name] = captions_of(variant, said.language)
            self.read[variant.name] = {each.id: _written(each, said) for each in variant.sequence}

    def follows(self, name: str, other: Side) -> str:
        """The id of what stands before a card, of what the other state has, too; "" for nothing."""
        both = [each for each in self.order if each == name or each in other.order]
        at = both.index(name) if name in both else 0
        return both[at - 1] if at else ""

    def chosen(self, index: int, variant: str, shot: str) -> Points:
        """Where a shot begins and ends in the take that the variant uses, where somebody chose it for just that one."""
        take = self.takes[index].get(variant)
        return self.plan.chosen.points(*take, shot) if self.plan and take else Points(None, None)

    def _length(self, plan: Plan, variant: Variant) -> Fraction:
        """Seconds of a variant's cut, as long as its takes are what was asked for."""
        rate, fit = variant.cut.frame_rate, variant.cut.fit
        assert rate is not None
        assert fit is not None
        footage = [
            _card(each) if isinstance(each, Card) else self._footage(plan, variant, each) for each in variant.sequence
        ]
        return assemble(variant.name, footage, rate, _ANY_SIZE, fit).frame_count / rate

    def _footage(self, plan: Plan, variant: Variant, shot: Shot) -> Footage:
        duration_s = plan.compositions.asked(variant, plan.board.entries[shot.entry]).duration_s
        in_s, out_s = points(shot, duration_s)
        own = self.chosen(shot.entry, variant.name, shot.id)
        in_s, out_s = in_s if own.in_s is None else own.in_s, out_s if own.out_s is None else own.out_s
        overlap_s = shot.transition.duration_s if shot.transition else Fraction(0)
        return Footage(shot.id, duration_s, in_s, out_s, overlap_s, "", None)


def _written(shown: Shot | Card, said: Said) -> Read:
    """What was written to be read; lines of dialogue are told as what they are, in the prompt."""
    if isinstance(shown, Shot) and not shown.words:
        return ()
    captioned = isinstance(shown, Card) or any(each.kind == "caption" for each in shown.words)
    return tuple(each for each in said.of(shown) if captioned or each.kind != "caption")


def _card(card: Card) -> Footage:
    overlap_s = card.transition.duration_s if card.transition else Fraction(0)
    return Footage(card.id, card.duration_s, Fraction(0), None, overlap_s, "", None, ground=card.background)
