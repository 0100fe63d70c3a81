"""Every rule that a report may name: ours, by their objects; AWS's and cfn-lint's, by form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from ..aws.documentation import CLOUDFORMATION_GUIDE
from ..errors import Problem
from ..model import did_you_mean
from ..validators.lint import SAM_RULE
from ..validators.rule import Rule
from ..validators.rules import RULES


def _unjudged(_: object) -> Iterator[Any]:
    yield from ()


shape: Final = Rule[Any, Any](
    id="template/shape",
    level="error",
    title="A template has the form that CloudFormation takes.",
    why="CloudFormation refuses the template.",
    source=f"{CLOUDFORMATION_GUIDE}template-anatomy.html",
    judge=_unjudged,
)
sam: Final = Rule[Any, Any](
    id=SAM_RULE,
    level="error",
    title="The SAM transform takes the template.",
    why="CloudFormation refuses the template when it runs the transform.",
    source="https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/",
    judge=_unjudged,
)
stale: Final = Rule[Any, Any](
    id="stale",
    level="error",
    title="Rendered files are those of the settings and of this version of the library.",
    why="What is reviewed is not what is deployed.",
    source=f"{CLOUDFORMATION_GUIDE}best-practices.html",
    judge=_unjudged,
)
EVERY: Final[tuple[Rule[Any, Any], ...]] = (shape, sam, *RULES)
"""Our rules, and those that are judged while a template is read."""

_OTHERS: Final = re.compile(r"[EWIF]\d{4}")
"""How AWS's validator and cfn-lint name their rules."""


def group_of(rule_id: str) -> str:
    """Return the group of a rule: ``proxy`` of ``proxy/name``."""
    return rule_id.partition("/")[0]


def unknown(words: Iterable[str], place: str) -> Iterator[Problem]:
    """Yield a problem for each of *words* that names no rule of any validator, nor a group."""
    yield from unknown_of_ours([word for word in words if not _OTHERS.fullmatch(word)], place)


def unknown_of_ours(words: Iterable[str], place: str) -> Iterator[Problem]:
    """Yield a problem for each of *words* that is neither a rule of ours nor a group of them."""
    ids = [rule.id for rule in EVERY]
    groups = sorted({*map(group_of, ids)})
    for word in words:
        if word not in (*ids, *groups):
            similar = did_you_mean(word, [*groups, *ids])
            sentence = f"unknown rule {word!r}{similar}; the groups are {', '.join(groups)}"
            yield Problem(place, sentence)


def chosen(rule_id: str, words: Sequence[str]) -> bool:
    """Tell whether one of *words* is the rule, or its group."""
    return rule_id in words or group_of(rule_id) in words
