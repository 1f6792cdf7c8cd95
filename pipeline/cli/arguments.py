"""The words of the command line. Loads nothing but argparse, so that `--help` answers at once."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn, TypeAlias

_ABOUT = "A storyboard in YAML becomes one cut: priced before it is spent, generated once, joined to the frame."
_CODES = (
    "exit codes: 0 fine; 1 some shots failed, held or absent; 2 bad input or set-up; 3 over budget or out of credit; "
    "4 a charge is uncertain; 5 approval needed; 70 a bug; 130 stopped"
)
PORT = 8017
FORMATS = ("text", "json", "github", "sarif")  # of what `check` finds
_Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(prog="storyreel", description=_ABOUT, epilog=_CODES, allow_abbrev=False)
    top.add_argument("--version", action=_Version, nargs=0, help="show program's version number and exit")
    verbs = top.add_subparsers(dest="command", required=True, metavar="COMMAND", title="commands")
    for group in (_write, _decide, _make, _choose, _look_after, _serve):
        group(verbs)
    return top


def _write(verbs: _Verbs) -> None:
    """To write a storyboard and see what it says."""
    init = _verb(verbs, "init", "write a commented storyboard to start from", json=False)
    starter = Path("film.yaml")
    init.add_argument("file", nargs="?", type=Path, default=starter, metavar="FILE", help=f"default: {starter}")
    schemas = "write no storyboard: only refresh the schemas that editors read"
    init.add_argument("--schemas", action="store_true", help=schemas)

    check = _verb(verbs, "check", "find everything that is wrong with storyboards", json=False)
    check.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="default: %(default)s")
    check.add_argument("--strict", action="store_true", help="warnings count as errors")
    as_json = "the same as --format json (schemas/output/check.schema.json)"
    check.add_argument("--json", dest="format", action="store_const", const="json", help=as_json)
    _stdin(check)
    check.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a storyboard")

    shows = "show the panels and the cut as a page on this machine that follows every save; it can't spend"
    preview = _verb(verbs, "preview", shows, json=False)
    preview.add_argument("file", type=Path, metavar="FILE", help="a storyboard")
    free = "default: 8018 where it is free, else another; 0: any free one"
    preview.add_argument("--port", type=int, metavar="N", help=free)
    preview.add_argument("--no-open", action="store_true", help="only print the address, open no browser")

    prompt = _verb(verbs, "prompt", "show the request of one shot, exactly as it would be sent")
    prompt.add_argument("file", type=Path, metavar="FILE", help="a storyboard")
    _stdin(prompt)
    prompt.add_argument("shot", metavar="SHOT", help="the id of a shot")
    prompt.add_argument("--variant", metavar="NAME", help="default: the first variant")


def _decide(verbs: _Verbs) -> None:
    """To know what it costs and what a change does."""
    plan = _verb(verbs, "plan", "show what would be made, used and paid for, and why", json=False)
    plan.add_argument("file", type=Path, metavar="FILE", help="a storyboard")
    _stdin(plan)
    plan.add_argument("--variant", metavar="NAME", help="the shots of this one, one by one")
    _wishes(plan)
    saving = "save what `shoot` would do now: `storyreel shoot PLAN.json` does just that, and no dearer"
    plan.add_argument("-o", "--output", type=Path, metavar="PLAN.json", help=saving)
    plan.add_argument("--quote", action="store_true", help="ask the API for its prices of this moment; takes a key")
    _written(plan)

    diff = _verb(
        verbs, "diff", "tell what differs between two states in git, in words, seconds and dollars", json=False
    )
    revision = "what to compare: this one and the working tree, or two; default: HEAD"
    diff.add_argument("revisions", nargs="*", metavar="REV", help=revision)
    diff.add_argument("file", type=Path, metavar="FILE", help="a storyboard")
    _written(diff)
    beside = "draw frames of what differs, before and after side by side, into DIR/<name of the storyboard>"
    diff.add_argument("--posters", type=Path, metavar="DIR", help=beside)

    review = _verb(
        verbs, "review", "tell what a change does to storyboards: diff, price and plan as one comment", json=False
    )
    before = "the state before; default: what a workflow's pull request is merged into, elsewhere HEAD"
    review.add_argument("--against", metavar="REV", help=before)
    each = "draw frames of what differs, before and after, into a folder of DIR for each storyboard"
    review.add_argument("--posters", type=Path, metavar="DIR", help=each)
    review.add_argument(
        "-o", "--output", type=Path, metavar="FILE.md", help="write it there; default: on standard output"
    )
    review.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a storyboard")


def _make(verbs: _Verbs) -> None:
    """To make takes and cuts."""
    render = _verb(verbs, "render", "make the best cut there is for nothing: paid takes, else previs")
    render.add_argument("file", type=Path, metavar="FILE", help="a storyboard")
    _stdin(render)
    _events(render)
    render.add_argument("--variant", action="append", default=[], metavar="NAME", help="only this one; may be repeated")
    engines = "default: %(default)s, what no joint changes; moviepy draws every frame: slow, to compare with"
    render.add_argument("--engine", choices=("copy", "moviepy"), default="copy", help=engines)

    shoot = _verb(verbs, "shoot", "buy the takes that are missing, then make the cut: the only command that spends")
    shoot.add_argument("file", type=Path, metavar="FILE", help="a storyboard, or what `plan -o` saved")
    _stdin(shoot)
    _events(shoot)
    shoot.add_argument("--yes", action="store_true", help="buy what the plan shows without asking")
    shoot.add_argument(
        "--max-cost", metavar="USD", help="the most that this run may cost; of several limits the lowest"
    )
    _wishes(shoot)
    shoot.add_argument("--variant", action="append", default=[], metavar="NAME", help="only this one; may be repeated")


def _choose(verbs: _Verbs) -> None:
    """To look at them and choose."""
    take = _verb(verbs, "take", "list the takes of a shot, and choose the one that is used; free")
    take.add_argument("file", type=Path, metavar="FILE", help="a storyboard")
    take.add_argument("shot", nargs="?", metavar="SHOT", help="the id of a shot")
    from_page = "use the takes that are circled in a review, as the page of `report` saves it, and show its comments"
    take.add_argument("--from", dest="review", type=Path, metavar="REVIEW.yaml", help=from_page)
    take.add_argument("--circle", type=_number, metavar="N", help="use this one")
    take.add_argument(
        "--keep", action="store_true", help="though the shot has changed since: for its text as it is now"
    )
    holding = take.add_mutually_exclusive_group()
    holding.add_argument("--hold", action="store_true", help="whatever the shot becomes: changes buy nothing")
    holding.add_argument("--release", action="store_true", help="no longer so")
    begins = "where the shot begins in this take, from its start; auto: where the storyboard says"
    take.add_argument("--in", dest="in_point", metavar="S", help=begins)
    take.add_argument("--out", dest="out_point", metavar="S", help="where it ends, likewise")
    take.add_argument("--variant", metavar="NAME", help="only there; default: every variant that it fits")

    report = _verb(
        verbs, "report", "write one page to look at, comment and circle takes on: it opens without a network"
    )
    report.add_argument("file", type=Path, metavar="FILE", help="a storyboard")
    report.add_argument("--variant", metavar="NAME", help="default: the first variant")
    readers = "default: %(default)s; client leaves out prices, prompts, flags and ids"
    report.add_argument("--for", dest="reader", choices=("team", "client"), default="team", help=readers)
    report.add_argument(
        "--max-mb", type=_megabytes, default=25.0, metavar="N", help="the most it may take; default: 25"
    )
    beside = "default: report.html beside the cut"
    report.add_argument("-o", "--output", type=Path, metavar="FILE.html", help=beside)
    _events(report)

    export = _verb(verbs, "export", "write files of a film for other hands: its storyboard on paper")
    export.add_argument("file", type=Path, metavar="FILE", help="a storyboard")
    sheet = "sheet: panels in rows with what happens in each, as PNG pages and one PDF"
    export.add_argument("--to", choices=("sheet",), required=True, help=sheet)
    export.add_argument("--variant", metavar="NAME", help="default: the first variant")
    export.add_argument("--paper", choices=("a4", "letter"), default="a4", help="of a sheet; default: %(default)s")
    there = "default: a folder called as the export, beside the cut"
    export.add_argument("-o", "--output", type=Path, metavar="DIR", help=there)


def _look_after(verbs: _Verbs) -> None:
    """To look after what is paid for and what it is made with."""
    status = _verb(verbs, "status", "show what is open, uncertain or absent, and what was spent; settle an attempt")
    status.add_argument("file", type=Path, metavar="FILE", help="a storyboard")
    status.add_argument("--settle", metavar="SHOT|DIGEST", help="the attempt to say something of")
    outcome = status.add_mutually_exclusive_group()
    outcome.add_argument("--adopt", metavar="ID", help="its generation is this one: it is fetched, not bought")
    outcome.add_argument("--abandon", action="store_true", help="it came to nothing: the next `shoot` may buy it again")

    sync = _verb(verbs, "sync", "push takes to the team's store, and fetch those that a lock names and are not here")
    sync.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a storyboard; default: all of the project")
    sync.add_argument("--dry-run", action="store_true", help="only say what would go where")
    _events(sync)

    models = _verb(verbs, "models", "list the models with their limits and prices")
    models.add_argument("name", nargs="?", metavar="MODEL", help="show one model whole")
    refreshing = "hold them against the API's catalogue, and write models/MODEL.json for one of your own"
    models.add_argument("--refresh", action="store_true", help=refreshing)

    doctor = _verb(verbs, "doctor", "look at key, balance, clock, disk and libraries, and say what must be mended")
    here = "a storyboard of the project; default: that of the working directory"
    doctor.add_argument("file", nargs="?", type=Path, metavar="FILE", help=here)


def _serve(verbs: _Verbs) -> None:
    """To work with other programs."""
    serve = _verb(verbs, "serve", "answer the WaveSpeed v3 protocol on this machine, with previs clips", json=False)
    serve.add_argument("--port", type=int, default=PORT, metavar="N", help=f"default: {PORT}; 0: any free one")
    serve.add_argument("--key", metavar="KEY", help="the only API key to take; default: any")
    faults = "be a double of the paid API, with the account and the faults that this file describes"
    serve.add_argument("--faults", type=Path, metavar="FILE", help=faults)

    puts = "put a text on the pull request that a workflow of GitHub Actions runs for, in the place of the last one"
    comment = _verb(verbs, "comment", puts, json=False)
    which = "which of several comments it is; default: %(default)s"
    comment.add_argument("--name", default="storyreel", metavar="NAME", help=which)
    comment.add_argument("file", type=Path, metavar="FILE.md", help="the text, in Markdown")

    mcp = _verb(verbs, "mcp", "serve these commands as tools for language models, on stdin and stdout", json=False)
    within = "the folder that they may read and write in; default: the working directory"
    mcp.add_argument("--root", type=Path, default=Path(), metavar="DIR", help=within)


def _stdin(verb: argparse.ArgumentParser) -> None:
    """The word for what is read from standard input, where FILE is -."""
    named = "with - as FILE: the file that standard input stands for; default: %(default)s"
    verb.add_argument("--stdin-name", type=Path, default=Path("stdin.yaml"), metavar="FILE", help=named)


def _events(verb: argparse.ArgumentParser) -> None:
    """The word for progress that programs read."""
    told = "say on stderr what happens as lines of JSON (schemas/output/event.schema.json), not in words"
    verb.add_argument("--events", action="store_true", help=told)


def _wishes(verb: argparse.ArgumentParser) -> None:
    """The words for what is to be bought of what could be."""
    verb.add_argument("--only", action="append", default=[], metavar="SHOT", help="only this one; may be repeated")
    verb.add_argument("--again", action="store_true", help="with --only: one more take of what it has already")
    missing = "leave shots that have changed with the takes they have; buy only those without any"
    verb.add_argument("--missing-only", action="store_true", help=missing)
    again = "buy takes anew that were paid for and whose clips are gone, instead of fetching them"
    verb.add_argument("--regenerate-absent", action="store_true", help=again)


def _written(verb: argparse.ArgumentParser) -> None:
    """The words for how a result is written, of a command that may make a comment of it."""
    form = verb.add_mutually_exclusive_group()
    made_for = "default: %(default)s; markdown is made for a comment on a pull request"
    form.add_argument("--format", choices=("text", "markdown"), default="text", help=made_for)
    name = verb.prog.rpartition(" ")[2]
    form.add_argument("--json", action="store_true", help=f"print JSON (schemas/output/{name}.schema.json)")


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text[:10]) < 10**9:
        raise argparse.ArgumentTypeError(f"{text} is no take: they are numbered from 1")
    return int(text)


def _megabytes(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0.1 <= found <= 2000:
        raise argparse.ArgumentTypeError(f"{text} is no size: megabytes, from 0.1 to 2000")
    return found


def _verb(verbs: _Verbs, name: str, does: str, *, json: bool = True) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=does, description=does[0].upper() + does[1:] + ".", allow_abbrev=False)
    if json:
        verb.add_argument("--json", action="store_true", help=f"print JSON (schemas/output/{name}.schema.json)")
    return verb


class _Version(argparse.Action):
    """As argparse's own, but the version is looked for only where somebody asks."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        parser.exit(message=f"storyreel {own_version()}\n")


def own_version() -> str:
    """Version of the installed package."""
    from importlib.metadata import PackageNotFoundError, version  # here: it loads half of `email`

    try:
        return version("storyreel")
    except PackageNotFoundError:
        return "(not installed)"
