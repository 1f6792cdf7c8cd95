"""The arguments of a call become words of the types that a tool wants, and paths inside the folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from pipeline import settings
from pipeline.cli.tools.folder import Folder
from pipeline.errors import SetupError
from pipeline.plan import Wish

_MOST = 200  # characters of what is wrong that are told
WISHES = ("only", "again", "missing_only", "regenerate_absent")


@dataclass(frozen=True, slots=True)
class Words:
    """What a call said."""

    said: Mapping[str, Any]
    folder: Folder

    def text(self, name: str) -> str | None:
        """A word, or a number as it would be typed; None where nothing is said."""
        return None if self.said.get(name) is None else str(self.said[name])

    def texts(self, name: str) -> tuple[str, ...]:
        """Some words."""
        return tuple(self.said.get(name, ()))

    def flag(self, name: str) -> bool:
        """Yes or no."""
        return bool(self.said.get(name, False))

    def storyboard(self, name: str = "file") -> Path:
        """A storyboard in the folder."""
        return self.folder.storyboard(str(self.said[name]))

    def dollars(self, name: str) -> Decimal | None:
        """An amount above nothing. Raises SetupError for anything else."""
        said = self.text(name)
        if said is None:
            return None
        if not (found := settings.dollars(said, name)):
            raise SetupError(f"{name} must be more than 0", hint="for nothing there is `render`")
        return found

    def wish(self) -> Wish:
        """What is to be bought of what could be."""
        named = frozenset(self.texts("only"))
        return Wish(named, self.flag("regenerate_absent"), self.flag("again"), self.flag("missing_only"))


def refuse_other_words(tool: str, schema: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    """Raises SetupError, with everything that is wrong, for arguments that a tool does not take."""
    faults = sorted(map(_told, Draft202012Validator(schema).iter_errors(said)))
    if faults:
        known = ", ".join(schema["properties"])
        raise SetupError(f"{tool}: {'; '.join(faults)}", hint=f"arguments here: {known}")


def _told(fault: ValidationError) -> str:
    where = fault.json_path.removeprefix("$").removeprefix(".")
    return (f"{where}: " if where else "") + fault.message[:_MOST]
