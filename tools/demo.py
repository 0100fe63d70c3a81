"""The whole of ``base`` on this machine, without an AWS account: ``make demo``.

An HTTP API, the function under AWS's own runtime client, a login front that demands TLS and
an IAM token as RDS Proxy does, and a real database server behind it: the pieces of the
tests. Ctrl-C ends all of them.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "tests"))

from standins.programs import MissingServer  # noqa: E402 - found by the path above
from standins.service import FAMILIES, Service  # noqa: E402

FUNCTION = REPOSITORY / "lambda" / "blog_rds_proxy"

WELCOME = """
The service answers at {url}; its log follows. Ctrl-C ends everything.

  curl -X POST {url}/initialize
  curl {url}/load
  curl -X POST {url}/visits
  curl -X POST -H 'Idempotency-Key: only-once' {url}/visits
  curl {url}/visits
"""


def main() -> int:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--engine", choices=FAMILIES, default="MYSQL", help="family of the database"
    )
    parser.add_argument(
        "--port", type=int, default=0, help="port of the HTTP API; default: a free one"
    )
    chosen = parser.parse_args()
    # A terminal that closes, or whoever runs this, ends it as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Service(
            FUNCTION, chosen.engine, environments=4, port=chosen.port, echo=_say
        ) as service:
            _say(WELCOME.format(url=service.api.url))
            signal.pause()
    except MissingServer as missing:
        print(missing, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        _say("\nEnded; nothing is left running.")
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
