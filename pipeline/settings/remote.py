"""What `remote` says in storyreel.yaml becomes the place of the team's store: a folder, or a prefix in a bucket."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pipeline.errors import Place, Problem, nearest

Kind = Literal["folder", "s3", "gs", "az"]
KINDS: tuple[Kind, ...] = ("s3", "gs", "az")
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")  # two letters at least: C: is a drive
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
_PART = re.compile(r"[A-Za-z0-9._=+-]{1,255}")  # of a prefix: what no cloud writes in two ways
_FORMS = "write a folder, s3://bucket/prefix, gs://bucket/prefix or az://container/prefix"
_SECRETS = "keys belong into the environment, as the cloud's own tools name them; if this was one, have it replaced"


@dataclass(frozen=True, slots=True)
class RemotePlace:
    """Where the takes of a team lie. It holds no key and no endpoint: those are in the environment."""

    kind: Kind
    shown: str  # as the user is told of it
    folder: Path = Path()  # absolute, links resolved; of the kind "folder" only
    bucket: str = ""  # or container
    prefix: str = ""  # with forward slashes, none at its ends; "" for the whole bucket


def remote_place(text: str, root: Path, outputs: Path) -> RemotePlace | str:
    """The place that the text names, or what is wrong with it: that never repeats the text, which may hold a key."""
    match = _ADDRESS.match(text)
    if "\0" in text or not text.strip():
        return "a path can't be empty, and can't have a NUL in it"
    if match is None:
        return _folder(text.strip(), root, outputs)
    kind, rest = match[1], text.strip()[match.end() :]
    if kind not in KINDS:
        meant = nearest(kind, KINDS)
        return "it is an address of no kind that is known" + (f'; did you mean "{meant}:"?' if meant else "")
    if "@" in rest or "?" in rest:
        return "an address of a bucket holds no user, no key and no token"
    bucket, _, prefix = rest.removeprefix("//").partition("/")
    parts = prefix.strip("/").split("/") if prefix.strip("/") else []
    if not rest.startswith("//") or not _BUCKET.fullmatch(bucket):
        return "it names no bucket"
    if any(part in (".", "..") or not _PART.fullmatch(part) for part in parts):
        return "a prefix is made of letters, digits and ._=+- between slashes"
    name = "/".join(parts)
    return RemotePlace(kind, f"{kind}://{bucket}" + (f"/{name}" if name else ""), bucket=bucket, prefix=name)


def remote_problem(fault: str, place: Place) -> Problem:
    """The problem with `remote`; its line is not shown, as there may be a key in it."""
    hint = _SECRETS if "no key" in fault else _FORMS
    return Problem("remote", "remote", fault, hint, replace(place, text=""))


def _folder(text: str, root: Path, outputs: Path) -> RemotePlace | str:
    folder = Path(os.path.realpath(root / Path(text).expanduser()))
    if folder.is_relative_to(outputs):
        return "it lies in the outputs folder, which is the store that it is to hold copies of"
    return RemotePlace("folder", str(folder), folder)
