"""What moved the stale shots is shown: grouped by cause, with the words that differ and the difference in price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pipeline.cli import show
from pipeline.plan import Change, Plan, Words, by_cause

_MOST_SHOTS = 6  # named of each cause
_MOST_DIFFS = 3  # shown of each cause
_AROUND = 4  # words shown on either side of what differs


def show_changes(planned: Plan, found: Mapping[str, Change]) -> None:
    """What moved the stale shots, the dearest cause first; nothing where none is stale."""
    if not found:
        return
    show.line()
    show.line("changed since its take was made:" if len(found) == 1 else "changed since their takes were made:")
    groups = [(causes, [found[digest] for digest in digests]) for causes, digests in by_cause(found).items()]
    for causes, changes in sorted(groups, key=lambda group: -sum(change.usd or 0 for change in group[1])):
        show.line(f"  {'; '.join(map(str, causes))}: {_shots(planned, changes)}; {_money(changes)}")
        for text in _diffs(changes):
            show.line(f"      {text}")


def change_fields(planned: Plan, found: Mapping[str, Change]) -> Iterator[Mapping[str, Any]]:
    """The same as it goes out as JSON."""
    for digest, change in found.items():
        index, variant = planned.owners[digest]
        shot = planned.board.entries[index].id
        yield {
            "shot": shot,
            "variant": variant,
            "digest": digest,
            "before": change.before,
            "causes": change.causes,
            "prompt": change.prompt,
            "usd_before": change.usd_before,
            "usd": change.usd,
        }


def _shots(planned: Plan, changes: Sequence[Change]) -> str:
    counted: dict[str, int] = defaultdict(int)
    for change in changes:
        counted[planned.board.entries[planned.owners[change.wanted][0]].id] += 1
    names = [name if number == 1 else f"{name} ({number} jobs)" for name, number in counted.items()]
    more = f" and {len(names) - _MOST_SHOTS} more" if len(names) > _MOST_SHOTS else ""
    return ", ".join(names[:_MOST_SHOTS]) + more


def _money(changes: Sequence[Change]) -> str:
    """What they cost together, and how much more or less than the takes they have."""
    if any(change.usd is None for change in changes):
        return "without a known price"
    usd = sum((change.usd for change in changes if change.usd), Decimal("0.00"))
    if any(change.usd_before is None for change in changes):
        return show.money(usd)
    more = usd - sum((change.usd_before for change in changes if change.usd_before), Decimal("0.00"))
    if not more:
        return f"{show.money(usd)}, as before"
    return f"{show.money(usd)}, {show.money(abs(more))} {'more' if more > 0 else 'less'} than before"


def _diffs(changes: Iterable[Change]) -> list[str]:
    # Of shots in which the same words differ one is shown, whatever stands around them.
    alike = {tuple(words for words in change.prompt if not words.same): change.prompt for change in changes}
    texts = [marked(prompt) for differs, prompt in alike.items() if differs]
    rest = len(texts) - _MOST_DIFFS
    return texts[:_MOST_DIFFS] + ([f"and {rest} more like these" if rest > 1 else texts[-1]] if rest > 0 else [])


def marked(
    words: Sequence[Words],
    gone: tuple[str, str] = ("[-", "-]"),
    new: tuple[str, str] = ("{+", "+}"),
    quoted: Callable[[str], str] = str,
) -> str:
    """What differs, as `git diff --word-diff` writes it: a few words of context, [-gone-] and {+new+}.

    `quoted` makes of the author's own text one that stands for itself among the marks.
    """
    found: list[str] = []
    for place, each in enumerate(words):
        if each.same:
            found.append(_around(each.after, quoted, first=place == 0, last=place == len(words) - 1))
        else:
            found.append(_wrapped(each.before, *gone, quoted) + _wrapped(each.after, *new, quoted))
    return " ".join("".join(found).split())


def _wrapped(text: str, begin: str, end: str, quoted: Callable[[str], str]) -> str:
    space = text[: len(text) - len(text.lstrip())]
    return f"{space}{begin}{quoted(text.strip())}{end}" if text.strip() else text


def _around(text: str, quoted: Callable[[str], str], *, first: bool, last: bool) -> str:
    context = _context(text, first=first, last=last)
    begin, end = (" " if text[:1].isspace() else ""), (" " if context[-1:].isspace() else "")
    return f"{begin}{quoted(context.strip())}{end}"


def _context(text: str, *, first: bool, last: bool) -> str:
    words = text.split()
    if len(words) <= (_AROUND if first or last else 2 * _AROUND):
        return text
    head = "" if first else f" {' '.join(words[:_AROUND])} "
    tail = "" if last else f" {' '.join(words[-_AROUND:])}"
    return f"{head}...{tail}"
