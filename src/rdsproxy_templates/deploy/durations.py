"""How long work on resources takes: as others report, and as it took on this machine before."""

from __future__ import annotations

from typing import Final, NamedTuple

from .. import cache

KIND: Final = "durations"
LEAST: Final = 20
"""Seconds from which a duration is worth a word."""
KEPT: Final = 5
"""Durations that are kept of each kind of work."""


class Reported(NamedTuple):
    """A duration that somebody has reported; AWS documents none."""

    text: str
    source: str


REPORTED: Final = {
    ("AWS::Lambda::Function", "DELETE"): Reported(
        "in a VPC 20 to 40 min",
        "https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/392",
    ),
    ("AWS::RDS::DBInstance", "DELETE"): Reported(
        "12 min", "https://github.com/go-to-k/cdkd/pull/394"
    ),
    ("AWS::RDS::DBProxy", "DELETE"): Reported(
        "up to 60 min", "https://github.com/cloudposse/terraform-aws-rds-db-proxy/pull/9"
    ),
}
"""As of 2026-11-26."""


def usual(type_: str, verb: str) -> str:
    """Say how long *verb* (``CREATE``, ``UPDATE``, ``DELETE``) of *type_* takes; "" if unknown."""
    if known := cache.remembered(KIND, cache.key_of(type_, verb)):
        shortest, longest = shown(min(known)), shown(max(known))
        return f"took {shortest}" if shortest == longest else f"took {shortest} to {longest}"
    reported = REPORTED.get((type_, verb))
    return f"usually {reported.text}" if reported else ""


def learn(type_: str, verb: str, seconds: float) -> None:
    """Keep how long the work on a resource took."""
    if seconds < LEAST:
        return
    key = cache.key_of(type_, verb)
    before = cache.remembered(KIND, key) or []
    cache.remember(KIND, key, [*before, round(seconds)][-KEPT:])


def shown(seconds: float) -> str:
    """Write a duration: ``45 s``, ``6 min 10 s``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
