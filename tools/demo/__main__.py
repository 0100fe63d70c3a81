"""The program: ``python tools/demo PLAN``."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[1]
sys.path[:1] = [str(TOOLS), str(TOOLS.parent / "tests")]

import demo  # noqa: E402 - found by the path above
from demo.deployment import Deployment  # noqa: E402
from demo.logs import follow  # noqa: E402
from demo.pasting import to_paste  # noqa: E402
from demo.plans import engine_families, plan_named  # noqa: E402
from rdsproxy_local.local_cloud import LocalCloud  # noqa: E402
from rdsproxy_local.servers.programs import MissingServer  # noqa: E402
from rdsproxy_local.servers.service import require  # noqa: E402


def main() -> int:
    """Run until interrupted."""
    parser = argparse.ArgumentParser("demo", description=(demo.__doc__ or "").partition("\n")[0])
    parser.add_argument("plan", nargs="?", type=plan_named, default="base")
    parser.add_argument(
        "--port", type=int, default=0, help="port of the local cloud; default: any free one"
    )
    chosen = parser.parse_args()
    # SIGTERM, sent by a closing terminal or a parent process, ends the demo as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for family in engine_families(chosen.plan):
            require(family)
        with LocalCloud(chosen.port) as cloud, tempfile.TemporaryDirectory() as folder:
            deployment = Deployment.prepared(chosen.plan, cloud, Path(folder))
            if status := deployment.carried_out():
                return status
            print(to_paste(deployment), flush=True)
            follow(deployment.accounts)
    except MissingServer as missing:
        print(missing, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nEnded. Nothing is left running.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
