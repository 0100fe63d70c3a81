"""``rdsproxy_client`` by itself: pip makes a wheel of it, and it needs nothing of the library."""

from __future__ import annotations

import shutil
import sys
import zipfile


def test_pip_makes_a_wheel_that_works_without_the_library(repository, tmp_path, run):
    source, wheels, place = (tmp_path / name for name in ("source", "wheels", "place"))
    ignored = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    shutil.copytree(repository / "lambda" / "database_layer", source, ignore=ignored)
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps",
        "--wheel-dir", wheels, source, cwd=tmp_path)  # fmt: skip
    (wheel,) = wheels.glob("rdsproxy_client-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
        names = {name.partition("/")[0] for name in archive.namelist()}

    assert {name for name in names if not name.endswith(".dist-info")} == {"rdsproxy_client"}
    for file in ("py.typed", "amazon_roots.pem", "rds_roots.pem"):
        assert (place / "rdsproxy_client" / file).is_file()
    program = (
        "import sys, rdsproxy_client, rdsproxy_client.web as web\n"
        "slow = {'boto3', 'pydantic', 'rdsproxy_templates', 'troposphere'} & sys.modules.keys()\n"
        "print(rdsproxy_client.__version__, rdsproxy_client.__file__, slow)"
    )
    said = run(sys.executable, "-c", program, cwd=tmp_path, PYTHONPATH=str(place)).stdout.split()
    assert said == [wheel.name.split("-")[1], str(place / "rdsproxy_client/__init__.py"), "set()"]
