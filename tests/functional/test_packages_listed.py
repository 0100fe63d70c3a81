"""The wheel has every package of the source."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_every_package_is_listed():
    config = ConfigParser()
    config.read(REPOSITORY / "setup.cfg")
    listed = set(config["options"]["packages"].split())
    source = REPOSITORY / "src"
    found = {
        ".".join(file.parent.relative_to(source).parts) for file in source.rglob("__init__.py")
    }
    assert found <= listed
