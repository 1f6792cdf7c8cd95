"""A storyboard becomes its project: the root, the outputs folder, what storyreel.yaml says, the files it may name."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from pipeline import catalog
from pipeline.catalog import Model
from pipeline.errors import BadInput, MediaError, Problem, SetupError, nearest
from pipeline.settings.keys import refuse_key
from pipeline.settings.models import models_of
from pipeline.settings.remote import RemotePlace, remote_place, remote_problem
from pipeline.storyboard import TakeCheck, dotted, in_order
from pipeline.storyboard.build import take_checks
from pipeline.storyboard.nodes import plain
from pipeline.storyboard.reading import read
from pipeline.storyboard.shape import problems
from pipeline.wire import origin_of

PROJECT_FILE = "storyreel.yaml"
API = "https://api.wavespeed.ai"
# Videos a minute and at once, by the level of the account: https://wavespeed.ai/docs/account-levels, 2026-11.
TIERS: Mapping[str, tuple[int, int]] = {
    "bronze": (2, 2),
    "silver": (500, 300),
    "gold": (3000, 3000),
    "ultra": (5000, 10_000),
}
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # two letters at least: C: is a drive, http: an address
_MOST_USD = 1_000_000_000  # of what anybody means; 1e999999999 is a number too
_RELATIVE = "write it like refs/face.png"


@dataclass(frozen=True, slots=True)
class Project:
    """The folder tree that a storyboard may use."""

    root: Path  # absolute, symbolic links resolved
    outputs: Path  # where takes and cuts are kept: absolute, links resolved, as it may lie on a larger disk
    concurrency: int  # clips made at a time; 0: as many as the machine has cores
    models: Mapping[str, Model] = field(default_factory=catalog.models)  # by id: the package's and the project's own
    tier: str = "bronze"  # of the account at the API: a key of `TIERS`
    max_cost_usd: Decimal | None = None  # US dollars for one run; None: no limit
    max_total_usd: Decimal | None = None  # US dollars for all attempts ever in this store; None: no limit
    checks: tuple[TakeCheck, ...] = ()  # programs that look at each take; their paths are those from the root
    remote: RemotePlace | None = None  # the team's store; None: there is none


def project_of(storyboard: Path) -> Project:
    """The project of a storyboard: the nearest folder above *it* with storyreel.yaml or .git, else its own folder.

    Raises SetupError where the storyboard is no file, BadInput where storyreel.yaml or a model file has problems.
    """
    file = Path(os.path.realpath(storyboard))
    # os.path answers where pathlib raises: for a name that is too long, a folder that may not be searched.
    if not os.path.isfile(file):  # noqa: PTH113
        what = "is no file that holds a storyboard" if os.path.lexists(file) else "no such file"
        raise SetupError(f"{storyboard}: {what}", hint="`storyreel init` writes a board to start from")
    return project_here(file.parent)


def root_of(storyboard: Path) -> Path:
    """Root of the project that a storyboard belongs to, written or not: an absolute folder, links resolved."""
    return _root(Path(os.path.realpath(storyboard)).parent)


def _root(here: Path) -> Path:
    marked = (
        above
        for above in (here, *here.parents)
        if os.path.isfile(above / PROJECT_FILE) or os.path.lexists(above / ".git")  # noqa: PTH113
    )
    return next(marked, here)


def project_here(folder: Path) -> Project:
    """The project of the files in a folder, found as that of a storyboard. Raises BadInput as `project_of` does."""
    root = _root(Path(os.path.realpath(folder)))
    settings, outputs = root / PROJECT_FILE, Path(os.path.realpath(root / "outputs"))
    if not os.path.isfile(settings):  # noqa: PTH113
        return Project(root, outputs, 0)
    fields, checks, wrong = _fields(settings, root, outputs)
    models, more = models_of(root)
    if wrong or more:
        raise BadInput([*wrong, *more])
    budget = fields.get("budget", {})
    run, in_all = (Decimal(str(budget[name])) if name in budget else None for name in ("max_cost", "max_total"))
    concurrency, tier = int(fields.get("concurrency", 0)), str(fields.get("tier", "bronze"))
    remote = fields.get("remote")
    return Project(root, outputs, concurrency, models, tier, run, in_all, checks, remote)


def _fields(
    file: Path, root: Path, outputs: Path
) -> tuple[Mapping[str, Any], tuple[TakeCheck, ...], Sequence[Problem]]:
    """What storyreel.yaml says, its remote as a place, the programs it names, and what is wrong with it."""
    try:
        content = file.read_bytes()
        refuse_key(str(file), content)
        source, found = read(str(file), content)
    except OSError as error:
        raise SetupError(f"{file}: can't be read: {error.strerror}") from error
    except BadInput as bad:
        # An empty one marks the root, and need not say anything.
        return {}, (), [problem for problem in bad.problems if problem.code != "empty"]
    wrong = [*found, *(item.problem for item in problems(source, "project.schema.json"))]
    fields = plain(source.root)
    checks = () if wrong else take_checks(source)
    for check in checks:
        try:
            program(file.parent, file.parent, check.run)
        except MediaError as error:
            at = (*check.path, "run")
            wrong.append(Problem("file", dotted(at), error.reason, error.hint, source.place(at)))
    fields = dict(fields) if isinstance(fields, dict) else {}
    if isinstance(fields.get("remote"), str):
        found_place = remote_place(fields["remote"], root, outputs)
        if isinstance(found_place, str):
            wrong.append(remote_problem(found_place, source.place(("remote",))))
        fields["remote"] = found_place
    return fields, checks, in_order(wrong)


def programs_of(file: Path) -> tuple[str, ...]:
    """Paths of the programs that a storyreel.yaml names; none where it is wrong, which `project_here` tells of."""
    try:
        source, found = read(str(file), file.read_bytes())
    except (OSError, BadInput):
        return ()
    wrong = [*found, *(item.problem for item in problems(source, "project.schema.json"))]
    return () if wrong else tuple(check.run for check in take_checks(source))


def program(root: Path, folder: Path, name: str) -> Path:
    """The program that a file in `folder` names. Raises MediaError as `locate` does, and where it is no file."""
    path = _located(root, folder, name)
    if not os.path.isfile(path):  # noqa: PTH113
        raise MediaError(name, "this is no file", hint="name a program of the project")
    return path


def locate(project: Project, folder: Path, name: str) -> Path:
    """The file that a storyboard in `folder` names.

    Raises MediaError for an address, an absolute path, one that leads out of the project by any way, or to nothing.
    """
    return _located(project.root, folder, name)


def _located(root: Path, folder: Path, name: str) -> Path:
    if "\0" in name:
        raise MediaError(name.replace("\0", "\\0"), "a path can't have a NUL in it", hint=_RELATIVE)
    if name.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:", name):
        raise MediaError(name, "a path must be relative to the file that names it", hint=_RELATIVE)
    if _ADDRESS.match(name) or "://" in name:
        hint = "download the file and name it by its path: its bytes are what a take is known by"
        raise MediaError(name, "addresses are not taken as references", hint=hint)
    if "\\" in name:
        raise MediaError(name, "a path is written with / and not with \\", hint=f"write {name.replace(chr(92), '/')}")
    path = Path(os.path.realpath(folder / name))
    if not path.is_relative_to(root):
        raise MediaError(name, "it lies outside the project", hint="copy it into the folder of the storyboard")
    if not os.path.lexists(path):
        beside = os.listdir(path.parent) if os.path.isdir(path.parent) else []  # noqa: PTH112, PTH208
        stems = {Path(name).stem: name for name in beside}  # an ending alone is no likeness
        meant = stems.get(nearest(path.stem, stems), "")
        meant = posixpath.join(posixpath.dirname(name), meant) if meant else ""
        hint = f'did you mean "{meant}"?' if meant else "a path is relative to the file that names it"
        raise MediaError(name, "there is no such file", hint=hint)
    return path


def api_origin(environ: Mapping[str, str]) -> str:
    """Origin of the paid API, or of what WAVESPEED_BASE_URL puts in its place. Raises SetupError for no address."""
    url = environ.get("WAVESPEED_BASE_URL") or API
    try:
        origin = origin_of(url) if re.match(r"https?://[^/?#@\s]+/?\Z", url) else ""
    except ValueError:  # a port of letters, brackets left open
        origin = ""
    if not origin:
        raise SetupError("WAVESPEED_BASE_URL is no address", hint=f"write a scheme and a host, such as {API}")
    return origin


def api_key(environ: Mapping[str, str]) -> str:
    """The key of the paid API. Raises SetupError where there is none."""
    key = environ.get("WAVESPEED_API_KEY", "").strip()
    if not key:
        hint = "make one at https://wavespeed.ai/accesskey, then: export WAVESPEED_API_KEY=...; `render` needs none"
        raise SetupError("there is no API key: WAVESPEED_API_KEY is not set", hint=hint)
    return key


def max_cost(environ: Mapping[str, str]) -> Decimal | None:
    """US dollars that STORYREEL_MAX_COST lets one run cost; None where it is not set. Raises SetupError."""
    text = environ.get("STORYREEL_MAX_COST", "").strip()
    return dollars(text, "STORYREEL_MAX_COST") if text else None


def dollars(text: str, name: str) -> Decimal:
    """An amount of US dollars. Raises SetupError, with the name of what holds it, for anything else."""
    try:
        found = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or not 0 <= found <= _MOST_USD:
        raise SetupError(f"{name} is no amount of dollars: {text[:40]!r}", hint="write it like 5.00")
    return found
