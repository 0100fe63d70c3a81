"""Render copies of ``base`` into a folder: ``render_copies.py COUNT FOLDER [--aws]``.

With ``--aws``, AWS's validator reads each copy before it is written.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rdsproxy_templates import render
from rdsproxy_templates.validators import aws
from rdsproxy_templates.variants import base
from rdsproxy_templates.variants.common import Database


def copies(count: int, folder: Path, *, validated: bool) -> None:
    """Render copies that differ in the database's name; the functions' code is not copied."""
    for number in range(1, count + 1):
        database = Database(name=f"blog_rds_proxy_{number}")
        bundle = render(base, base.Config(database=database), code="..", validate=False)
        if validated and (found := aws.find(bundle)):
            sys.exit(f"copy {number}: {found}")
        bundle.write(folder / f"copy-{number}")


if __name__ == "__main__":
    copies(int(sys.argv[1]), Path(sys.argv[2]), validated="--aws" in sys.argv)
