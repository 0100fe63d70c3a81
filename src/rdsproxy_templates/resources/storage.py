"""Storage of a database: its kind, its speed and its key.

Limits are those of RDS for MySQL and PostgreSQL in the RDS User Guide, "Amazon RDS DB instance
storage", and of "Managing capacity automatically with Amazon RDS storage autoscaling" (read
2026-11-26).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from pydantic import Field

from ..aws.arns import KMS_KEY
from ..aws.documentation import AURORA_GUIDE, RDS_GUIDE
from ..aws.engines import Engine
from ..errors import Problem
from ..model import Settings
from .optional_properties import without_none

_GUIDE: Final = f"{RDS_GUIDE}CHAP_Storage.html"
AURORA_TYPES: Final = ("aurora", "aurora-iopt1")
PROVISIONED: Final = ("io1", "io2")
STRIPED_FROM: Final = 400
"""GiB from which gp3 has four volumes, and takes IOPS and throughput."""
PROVISIONED_FROM: Final = 100
"""GiB of the smallest io1 and io2 storage."""
MOST_IOPS_A_GIB: Final = {"gp3": 500.0, "io1": 50.0, "io2": 1000.0}
LEAST_IOPS_A_GIB: Final = 0.5
"""Of io1 and io2, at the size that storage grows to."""
GP3_IOPS: Final = (12_000, 64_000)
PROVISIONED_IOPS: Final = (1_000, 256_000)
THROUGHPUT_AN_IO: Final = 0.25
"""Most MiB a second for each of gp3's IOPS."""


class StorageSettings(Settings):
    """Settings of storage, beside ``allocated_storage``."""

    type: Literal["gp2", "gp3", "io1", "io2", "aurora", "aurora-iopt1"] | None = Field(
        default=None,
        description="Kind of storage. RDS: `gp3`, `gp2`, or `io1` and `io2` with IOPS of your "
        "own. Aurora: `aurora`, which charges for each I/O, or `aurora-iopt1`, which "
        "does not, and costs more a GiB. Left out: `gp3`, or `aurora`. See "
        f"{_GUIDE}",
    )
    iops: int | None = Field(
        default=None,
        ge=1_000,
        le=256_000,
        description="RDS: I/O operations a second. `io1` and `io2` need it, 1,000 to 256,000; "
        "`gp3` takes 12,000 to 64,000 from 400 GiB on. Left out: what the size has. "
        f"See {_GUIDE}",
    )
    throughput: int | None = Field(
        default=None,
        ge=500,
        le=4_000,
        description="RDS, `gp3` from 400 GiB on: MiB a second, 500 to 4,000, at most a quarter "
        f"of the IOPS. Left out: 500. See {_GUIDE}",
    )
    max_allocated: int | None = Field(
        default=None,
        ge=22,
        le=65_536,
        description="RDS: GiB up to which storage grows by itself, from 10 percent more than "
        "`allocated_storage` to 65,536. It never shrinks. Left out: it does not grow. "
        f"See {RDS_GUIDE}USER_PIOPS.Autoscaling.html",
    )
    dedicated_log_volume: bool = Field(
        default=False,
        description="RDS, `io1` and `io2`: keep the transaction logs on a volume of their own, "
        f"of 1,024 GiB and 3,000 IOPS, which costs. See {RDS_GUIDE}USER_PIOPS.dlv.html",
    )
    kms_key_arn: str | None = Field(
        default=None,
        description="ARN of the KMS key that encrypts the storage and its snapshots, in the same "
        "Region. Another key means another, empty database. Left out: AWS's key for "
        f"RDS, `aws/rds`. See {AURORA_GUIDE}Overview.Encryption.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.kms_key_arn is not None and (sentence := KMS_KEY.problem(self.kms_key_arn)):
            yield Problem("kms_key_arn", sentence)

    def refused_by(self, engine: Engine, allocated: int) -> Iterator[Problem]:
        """Report what *engine* does not take, or not with *allocated* GiB."""
        if engine.aurora:
            yield from self._aurora_problems(engine)
            return
        if self.type in AURORA_TYPES:
            yield Problem(
                "type", f"must be gp2, gp3, io1 or io2 for {engine.name}, got {self.type!r}"
            )
            return
        yield from self._growth_problems(allocated)
        if self.type in PROVISIONED:
            yield from self._provisioned_problems(allocated)
        else:
            yield from self._general_problems(engine, allocated)

    def _aurora_problems(self, engine: Engine) -> Iterator[Problem]:
        if self.type not in (None, *AURORA_TYPES):
            yield Problem("type", f"must be aurora or aurora-iopt1 for {engine.name}")
        for name in ("iops", "throughput", "max_allocated", "dedicated_log_volume"):
            if getattr(self, name):
                yield Problem(
                    name, f"is for RDS: Aurora's storage grows by itself; engine is {engine.name!r}"
                )

    def _growth_problems(self, allocated: int) -> Iterator[Problem]:
        if self.max_allocated is not None and self.max_allocated * 10 < allocated * 11:
            yield Problem(
                "max_allocated",
                "must be at least 10 percent more than allocated_storage, which is "
                f"{allocated} GiB, got {self.max_allocated}",
            )

    def _general_problems(self, engine: Engine, allocated: int) -> Iterator[Problem]:
        kind = self.type or "gp3"
        if self.dedicated_log_volume:
            yield Problem("dedicated_log_volume", f"needs type io1 or io2, and type is {kind}")
        for name in ("iops", "throughput"):
            if getattr(self, name) is None:
                continue
            if kind == "gp2":
                yield Problem(name, "must be left out for gp2, whose speed follows its size")
            elif allocated < STRIPED_FROM:
                yield Problem(
                    name,
                    f"needs {STRIPED_FROM} GiB of gp3 or more, and allocated_storage is "
                    f"{allocated}, which always has 3,000 IOPS and 125 MiB a second; leave it "
                    "out, or choose io2",
                )
                return
        if kind == "gp3":
            yield from self._gp3_problems(engine, allocated)

    def _gp3_problems(self, engine: Engine, allocated: int) -> Iterator[Problem]:
        least, most = GP3_IOPS
        if self.iops is not None and not least <= self.iops <= most:
            yield Problem("iops", f"must be {least} to {most} for gp3, got {self.iops}")
            return
        if self.iops is not None:
            yield from self._ratio_problems("gp3", allocated)
        iops, throughput = self.iops or least, self.throughput
        if throughput is not None and throughput > iops * THROUGHPUT_AN_IO:
            yield Problem(
                "throughput",
                f"must be at most a quarter of the IOPS, which are {iops}, got {throughput}",
            )
        # RDS raises the throughput of MySQL with the IOPS above 32,000.
        if engine.family == "MYSQL" and throughput is not None and throughput < iops // 64:
            yield Problem(
                "throughput",
                f"must be at least {iops // 64} for MySQL with {iops} IOPS, got {throughput}",
            )

    def _provisioned_problems(self, allocated: int) -> Iterator[Problem]:
        kind = str(self.type)
        if allocated < PROVISIONED_FROM:
            yield Problem(
                "type",
                f"{kind} needs {PROVISIONED_FROM} GiB or more, and allocated_storage is "
                f"{allocated}",
            )
        if self.throughput is not None:
            yield Problem(
                "throughput", f"must be left out for {kind}, whose throughput follows its IOPS"
            )
        if self.iops is None:
            yield Problem("iops", f"must be given for {kind}, 1,000 to 256,000")
        else:
            yield from self._ratio_problems(kind, allocated)

    def _ratio_problems(self, kind: str, allocated: int) -> Iterator[Problem]:
        iops, largest = self.iops or 0, max(allocated, self.max_allocated or 0)
        most = int(allocated * MOST_IOPS_A_GIB[kind])
        least = int(largest * LEAST_IOPS_A_GIB) if kind in PROVISIONED else 0
        if kind == "io1" and allocated < STRIPED_FROM:
            most = min(most, 19_950)
        if iops > most:
            yield Problem(
                "iops", f"must be at most {most} for {kind} with {allocated} GiB, got {iops}"
            )
        if iops < least:
            yield Problem(
                "iops", f"must be at least {least} for {kind} with {largest} GiB, got {iops}"
            )

    @property
    def of_cluster(self) -> dict[str, Any]:
        """Properties of a cluster."""
        return without_none(StorageType=self.type, KmsKeyId=self.kms_key_arn)

    @property
    def of_instance(self) -> dict[str, Any]:
        """Properties of an instance that is not part of a cluster."""
        return {
            "StorageType": self.type or "gp3",
            **without_none(
                Iops=self.iops,
                StorageThroughput=self.throughput,
                MaxAllocatedStorage=self.max_allocated,
                DedicatedLogVolume=self.dedicated_log_volume or None,
                KmsKeyId=self.kms_key_arn,
            ),
        }
