"""A person who follows DEPLOY.md by hand."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SECONDS: Final = 300
FILE: Final = "DEPLOY.md"
YES: Final = "y\n"
ROW: Final = re.compile(r"^\| \d+ \| (?:\*\*|\[)(\w+)", re.MULTILINE)
LINK: Final = re.compile(r"\]\((.+?)\)")


@dataclass(frozen=True)
class Reader:
    """A shell, and the folder that holds one of each rendered variant."""

    folder: Path
    environment: Mapping[str, str]

    def order(self, variant: str) -> list[str]:
        """The variants in the table that the document of one of them holds."""
        return ROW.findall(self._document(variant))

    def linked(self, variant: str) -> list[Path]:
        """The files that the document refers to."""
        links = LINK.findall(self._document(variant))
        return [(self.folder / variant / link).resolve() for link in links]

    def one_command(self, variant: str) -> list[str]:
        """The words after the name of the command that takes all steps."""
        return shlex.split(self._block(variant, "console"))[1:]

    def deploy(self, variant: str) -> str:
        """The commands' output."""
        return self._follow(variant, "Deploy")

    def delete(self, variant: str) -> str:
        """The same for deletion."""
        return self._follow(variant, "Delete")

    def _follow(self, variant: str, section: str) -> str:
        """The commands of a section as they are written, in its folder; who asks is told yes."""
        done = subprocess.run(
            ["bash", "-c", self._block(variant, "bash", section)],
            cwd=self.folder / variant,
            env=dict(self.environment),
            input=YES,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        said = f"{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, said
        return said

    def _block(self, variant: str, language: str, section: str = "") -> str:
        """The only block of a language in a section, or before the first."""
        text = f"\n## \n{self._document(variant)}"
        [part] = [one for one in text.split("\n## ")[1:] if one.partition("\n")[0] == section]
        [block] = re.findall(rf"```{language}\n(.*?)```", part, re.DOTALL)
        return str(block)

    def _document(self, variant: str) -> str:
        return (self.folder / variant / FILE).read_text()
