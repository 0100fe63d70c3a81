"""Wheels of packages that are installed here, so that pip finds them without a network."""

from __future__ import annotations

import re
import zipfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

PINNED: Final = re.compile(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.+!_-]+)")
PURE: Final = "py3-none-any"
NOT_IN_WHEELS: Final = ("INSTALLER", "RECORD", "REQUESTED", "direct_url.json")


def offline(requirements: Path, folder: Path) -> dict[str, str]:
    """Write wheels for *requirements* into *folder*; return the variables that lead pip there.

    There are none unless each line pins a pure package that is installed in this version.
    """
    found = [_installed(line) for line in _lines(requirements)]
    wheels = [one for one in found if one is not None]
    if not wheels or len(wheels) < len(found) or " " in str(folder):
        return {}
    folder.mkdir()
    for one in wheels:
        _write(one, folder)
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}


def _lines(requirements: Path) -> list[str]:
    try:
        lines = requirements.read_text("utf-8").splitlines()
    except OSError:
        return []
    bare = (re.sub(r"(^|\s)#.*", "", line).strip() for line in lines)
    return [line for line in bare if line]


def _installed(line: str) -> Distribution | None:
    pinned = PINNED.fullmatch(line)
    if pinned is None:
        return None
    try:
        found = distribution(pinned[1])
    except PackageNotFoundError:
        return None
    is_pure = PURE in (found.read_text("WHEEL") or "")
    return found if found.version == pinned[2] and is_pure and found.files else None


def _write(package: Distribution, folder: Path) -> None:
    name = re.sub(r"[-_.]+", "_", package.metadata["Name"])
    files = [
        file
        for file in package.files or ()
        if ".." not in file.parts and file.suffix != ".pyc" and file.name not in NOT_IN_WHEELS
    ]
    (information,) = {file.parts[0] for file in files if file.parts[0].endswith(".dist-info")}
    with zipfile.ZipFile(folder / f"{name}-{package.version}-{PURE}.whl", "w") as wheel:
        for file in files:
            wheel.write(str(file.locate()), file.as_posix())
        record = "".join(f"{file.as_posix()},,\n" for file in files)
        wheel.writestr(f"{information}/RECORD", f"{record}{information}/RECORD,,\n")
