"""A family deployed and running on this machine, without an AWS account: ``make demo``.

``sam build`` and ``sam deploy`` put templates_out/<variant> into the local cloud of the tests:
CloudFormation that fails at whatever AWS would not take, functions under AWS's own runtime
client, proxies that demand TLS and tokens, real database servers. Ctrl-C ends all of them.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "tests"))

from cloud.local_cloud import Account, LocalCloud  # noqa: E402 - found by the path above
from rdsproxy_templates import render  # noqa: E402
from rdsproxy_templates.variants import VARIANTS  # noqa: E402
from standins.programs import MissingServer  # noqa: E402
from standins.service import require  # noqa: E402

BUCKET: Final = "packages"
STACK: Final = "demo"
PAUSE: Final = 0.5
"""Seconds between two looks into the functions' logs."""

WELCOME = """
It is deployed. In another terminal:

  export AWS_ENDPOINT_URL={endpoint} AWS_REGION={region} AWS_DEFAULT_REGION={region}
  export AWS_ACCESS_KEY_ID={key} AWS_SECRET_ACCESS_KEY={secret}
  export AWS_SESSION_TOKEN={token}

  signed() {{ curl --aws-sigv4 "aws:amz:$AWS_REGION:execute-api" \\
      --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\
      -H "x-amz-security-token: $AWS_SESSION_TOKEN" "$@"; echo; }}

{lines}
  aws cloudformation describe-stacks --stack-name {stack}

The functions' logs follow. Ctrl-C ends everything.
"""


def main() -> int:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("variant", nargs="?", choices=list(_complete()), default="base")
    parser.add_argument("--port", type=int, default=0, help="port of the cloud; default: any")
    chosen = parser.parse_args()
    # A terminal that closes, or whoever runs this, ends it as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        require("MYSQL")
        with LocalCloud(chosen.port) as cloud:
            account = cloud.account()
            if not _deployed(account, REPOSITORY / "templates_out" / chosen.variant):
                return 1
            _say(_welcome(account))
            _follow(account)
    except MissingServer as missing:
        print(missing, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        _say("\nEnded; nothing is left running.")
    return 0


def _complete() -> Iterator[str]:
    """The variants that deploy without being told anything."""
    for name, variant in VARIANTS.items():
        root = render(variant, variant.Config()).root
        if all("Default" in body for body in root.parameters.values()):
            yield name


def _deployed(account: Account, family: Path) -> bool:
    """Whether SAM CLI built and deployed *family*; it says itself what is wrong."""
    own = REPOSITORY / ".venv-clients" / "bin" / "sam"
    sam = str(own) if own.exists() else shutil.which("sam")
    if sam is None:
        print("SAM CLI is missing: `make demo` installs it", file=sys.stderr)
        return False
    where = {"LocationConstraint": account.region}
    account.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
    deploy = ["deploy", "--stack-name", STACK, "--no-resolve-s3", "--s3-bucket", BUCKET]
    for command in (["build"], [*deploy, "--no-confirm-changeset", "--no-progressbar"]):
        _say(f"$ sam {' '.join(command)}")
        done = subprocess.run(  # noqa: S603 - SAM CLI
            [sam, *command], cwd=family, env=account.environment, check=False
        )
        if done.returncode:
            return False
    return True


def _welcome(account: Account) -> str:
    urls = [url for url in account.outputs(STACK).values() if url.startswith("https://")]
    paths = {True: ("-X POST {}initialize", "{}load", "-X POST {}visits"), False: ("{}",)}
    lines = [
        f"  signed {path.format(account.local(url))}"
        for url in urls
        for path in paths[url.endswith("/")]
    ]
    given = account.environment
    return WELCOME.format(
        endpoint=account.endpoint,
        region=account.region,
        key=given["AWS_ACCESS_KEY_ID"],
        secret=given["AWS_SECRET_ACCESS_KEY"],
        token=given["AWS_SESSION_TOKEN"],
        lines="\n".join(lines),
        stack=STACK,
    )


def _follow(account: Account) -> None:
    """Print what the functions log, as it comes."""
    logs = account.client("logs")
    told: dict[str, int] = {}
    while True:
        for group in logs.describe_log_groups()["logGroups"]:
            name = group["logGroupName"]
            events = logs.filter_log_events(logGroupName=name)["events"]
            for event in events[told.get(name, 0) :]:
                _say(event["message"].rstrip())
            told[name] = len(events)
        time.sleep(PAUSE)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
