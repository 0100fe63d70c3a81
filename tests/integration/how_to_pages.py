"""A person who follows a page of `docs/how-to`, and types what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

REPOSITORY: Final = Path(__file__).resolve().parents[2]
SECONDS: Final = 300
BLOCK: Final = re.compile(
    r"^(?P<margin> *)```(\w+)\n(.*?)^(?P=margin)```$", re.MULTILINE | re.DOTALL
)
ASKS: Final = re.compile(r"rdsproxy-templates (deploy|destroy) ")
FILE: Final = re.compile(r"(?:#|//) (\S+\.\w+)\n")


class Block(NamedTuple):
    """A fenced block."""

    language: str
    text: str


class Command(NamedTuple):
    """A command as it is typed, and the lines that the page shows below it."""

    line: str
    shown: str


def blocks(page: str, section: str) -> list[Block]:
    """The blocks in a section of a page."""
    text = (REPOSITORY / "docs" / "how-to" / page).read_text("utf-8")
    part = text.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return [Block(one[2], textwrap.dedent(one[3])) for one in BLOCK.finditer(part)]


def commands(block: Block) -> Iterator[Command]:
    """The commands of a block, each with what is shown below it."""
    for one in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        lines = one.splitlines()
        typed = 1
        while _goes_on("\n".join(lines[:typed])):
            typed += 1
        yield Command("\n".join(lines[:typed]), "\n".join(lines[typed:]))


def typed(page: str, section: str) -> list[str]:
    """The commands in a section of a page."""
    shown = [one for one in blocks(page, section) if one.language == "console"]
    return [command.line for block in shown for command in commands(block)]


def _goes_on(text: str) -> bool:
    return text.endswith("\\") or text.count("'") % 2 == 1


@dataclass(frozen=True)
class Reader:
    """A folder, and a shell in it."""

    folder: Path
    environment: Mapping[str, str]
    values: Mapping[str, str] = field(default_factory=dict)
    """What the reader writes in place of words in capitals."""

    def follow(self, page: str, section: str) -> list[str]:
        """Save the files of a section and type its commands, in their order; return what they print."""
        said = []
        for block in blocks(page, section):
            self._save(block)
            if block.language == "console":
                said += [self._typed(one) for one in commands(block)]
        return said

    def save(self, page: str, section: str) -> None:
        """Save the files of a section."""
        for block in blocks(page, section):
            self._save(block)

    def succeed(self, line: str) -> str:
        """Run a line of the shell, and return what it prints."""
        done = self.run(line)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        """Run a line of the shell; who asks is told yes."""
        for name, value in self.values.items():
            line = re.sub(rf"\b{name}\b", value, line)
        if ASKS.match(line):
            line += " --yes"
        return subprocess.run(
            ["bash", "-ec", line], cwd=self.folder, env=dict(self.environment),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip

    def _typed(self, command: Command) -> str:
        said = self.succeed(command.line)
        if command.shown:
            assert said.strip() == command.shown.strip(), command.line
        return said

    def _save(self, block: Block) -> None:
        if name := FILE.match(block.text):
            file = self.folder / name[1]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text)


def environment(*programs: str, **more: str) -> dict[str, str]:
    """Variables of a shell that knows this library and *programs*, and no account."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    folders = [str(Path(sys.executable).parent), *(str(Path(one).parent) for one in programs)]
    return kept | {"PATH": os.pathsep.join([*folders, kept["PATH"]])} | more
