"""An environment of a consumer: the library is installed in it as a wheel would install it."""

from __future__ import annotations

import shutil
import sys
import venv
from pathlib import Path


def consumer_environment(folder: Path, repository: Path) -> Path:
    """Make an environment in *folder* and return its Python, which has every tool of the tests."""
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python3*/site-packages")
    for name, source in {
        "rdsproxy_client": "lambda/database_layer/rdsproxy_client",
        "rdsproxy_local": "src/rdsproxy_local",
        "rdsproxy_templates": "src/rdsproxy_templates",
        "rdsproxy_templates/functions": "lambda",
    }.items():
        ignored = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
        shutil.copytree(repository / source, packages / name, ignore=ignored)
    # What the library requires is there already, where the tests run.
    others = {Path(entry) for entry in sys.path if Path(entry).name == "site-packages"}
    (packages / "others.pth").write_text("".join(f"{other}\n" for other in others))
    return folder / "bin" / "python"


def install_commands(python: Path, *names: str) -> None:
    """Write scripts beside *python* that run the commands *names* with it, as pip would."""
    for name in names:
        script = python.parent / name
        script.write_text(
            f"#!{python}\n"
            "import sys\n"
            "from importlib.metadata import entry_points\n"
            f"command, *_ = entry_points(group='console_scripts', name={name!r})\n"
            "sys.exit(command.load()())\n"
        )
        script.chmod(0o755)
