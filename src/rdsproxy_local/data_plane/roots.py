"""The authorities that functions trust: a local one for each of AWS's roots in their files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Roots:
    """Local replacements for Amazon's own roots, which proxies show, and for RDS's."""

    folder: Path
    amazon: Path
    rds: Path

    def instead_of(self, file: Path) -> Path:
        """The file to trust in place of *file*, or *file* itself if it holds no root of AWS."""
        names = _subjects(file)
        stand_ins = {"Amazon Root CA ": self.amazon, "Amazon RDS ": self.rds}
        found = [one for start, one in stand_ins.items() if any(n.startswith(start) for n in names)]
        match found:
            case []:
                return file
            case [only]:
                return only
        both = self.folder / "both.pem"
        both.write_bytes(b"".join(one.read_bytes() for one in found))
        return both


@cache
def _subjects(file: Path) -> list[str]:
    """The common names of a file's certificates; none where there is no such file."""
    if not file.is_file():
        return []
    certificates = x509.load_pem_x509_certificates(file.read_bytes())
    names = [one.subject.get_attributes_for_oid(NameOID.COMMON_NAME) for one in certificates]
    return [str(name[0].value) for name in names if name]
