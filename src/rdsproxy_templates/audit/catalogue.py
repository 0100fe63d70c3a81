"""Every rule that a report may name: ours, by their objects; AWS's and cfn-lint's, by form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ..aws.documentation import CLOUDFORMATION_GUIDE, SAM_GUIDE
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
    remedy="Give each section and resource the form that the page shows.",
    source=f"{CLOUDFORMATION_GUIDE}template-anatomy.html",
    judge=_unjudged,
)
exports: Final = Rule[Any, Any](
    id="wiring/exports",
    level="error",
    title="What a stack imports is exported by another, and no two stacks import from each other.",
    why="CloudFormation refuses the stack, or none of them can be created first.",
    remedy="Import an export that is made; take values that would close a circle from elsewhere.",
    source=f"{CLOUDFORMATION_GUIDE}using-cfn-stack-exports.html",
    judge=_unjudged,
)
sam: Final = Rule[Any, Any](
    id=SAM_RULE,
    level="error",
    title="The SAM transform takes the template.",
    why="CloudFormation refuses the template when it runs the transform.",
    remedy="Mend what SAM names; the page describes each of its resource types.",
    source=SAM_GUIDE,
    judge=_unjudged,
)
stale: Final = Rule[Any, Any](
    id="stale",
    level="error",
    title="Rendered files are those of the settings and of this version of the library.",
    why="What is reviewed is not what is deployed.",
    remedy="Render again, and commit what has changed.",
    source=f"{CLOUDFORMATION_GUIDE}best-practices.html",
    judge=_unjudged,
)
EVERY: Final[tuple[Rule[Any, Any], ...]] = (shape, sam, exports, *RULES)
"""Our rules, and those that are judged while a template is read."""

IDS: Final = tuple(rule.id for rule in EVERY)
