"""A project, the double of the paid API and the command line between them: what a buyer stands in front of."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from pipeline import cli, schema
from tests.double import Double
from tests.proofs.stage import Stage


@dataclass
class Shop:
    """A project, its double, and the command line between them."""

    here: Stage
    double: Double
    capsys: pytest.CaptureFixture[str]

    def run(self, *words: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of one command."""
        before = self.locks()
        code = cli.main([*words])
        said = self.capsys.readouterr()
        for file, text in self.locks().items():
            if text != before.get(file):  # it was written just now
                assert list(schema.violations("lock.schema.json", yaml.safe_load(text))) == [], text.decode()
        return code, said.out, said.err

    def locks(self) -> dict[str, bytes]:
        """What is in every lock that is a file of sensible size, by its name."""
        files = (file for file in self.here.folder.glob("*.lock.yaml") if file.is_file())
        return {file.name: file.read_bytes() for file in files if file.stat().st_size < 1 << 20}

    def json(self, *words: str) -> Any:
        """What a command prints as JSON; it must be of the command's schema."""
        _, out, _ = self.run(*words, "--json")
        value = json.loads(out)
        assert list(schema.violations(f"output/{words[0]}.schema.json", value)) == []
        return value

    def write(self, text: str) -> None:
        """Another text for the storyboard."""
        self.here.board.write_text(text)

    @property
    def text(self) -> str:
        """What the storyboard says."""
        return self.here.board.read_text()

    def prompts(self) -> list[str]:
        """What was bought, by its words."""
        return [re.sub(r"\W*(Picture \d+ of the proof).*", r"\1", row["prompt"]) for row in self.double.accepted()]


Open = Callable[..., Shop]
