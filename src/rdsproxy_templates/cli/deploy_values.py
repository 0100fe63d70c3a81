"""Values that `deploy` and `local up` are given as NAME=VALUE: parameters and tags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ..deploy.guide import fed_parameters
from ..deploy.parameter_limits import value_problem
from ..deploy.plans import Plan
from ..errors import Problem
from ..model import did_you_mean
from ..model.tags import tag_problems
from .refusals import refuse
from .rendered_variants import RenderedVariant


def parameter_values(texts: Sequence[str]) -> dict[str, str]:
    """Return the values of ``--parameter`` by name; raise :class:`ConfigError` for bad ones."""
    return _pairs("--parameter", "NAME=VALUE", texts)


def tag_values(texts: Sequence[str]) -> dict[str, str]:
    """Return the values of ``--tag`` by key; raise :class:`ConfigError` for bad ones."""
    tags = _pairs("--tag", "KEY=VALUE", texts)
    refuse(problem.within("--tag") for problem in tag_problems(tags))
    return tags


def _pairs(option: str, form: str, texts: Sequence[str]) -> dict[str, str]:
    refuse(Problem(option, f"must be {form}, got {text!r}") for text in texts if "=" not in text)
    pairs = [(text.partition("=")[0], text.partition("=")[2]) for text in texts]
    names = Counter(name for name, _ in pairs)
    refuse(
        Problem(option, f"{name} is given {times} times; give it once")
        for name, times in names.items()
        if times > 1
    )
    return dict(pairs)


def refuse_wrong_parameters(
    values: Mapping[str, str],
    plan: Plan,
    rendered: list[RenderedVariant],
    only: Sequence[str] = (),
) -> None:
    """Raise :class:`ConfigError` for parameters that no root template takes, or not so.

    With *only* some steps, also for those that only other steps take.
    """
    refuse(_parameter_problems(values, plan, rendered, only))


def _parameter_problems(
    values: Mapping[str, str], plan: Plan, rendered: list[RenderedVariant], only: Sequence[str]
) -> Iterator[Problem]:
    bodies = {
        (step.name, name): body
        for step, one in zip(plan.steps, rendered, strict=True)
        for name, body in one.bundle.root.parameters.items()
    }
    fed = {
        (step.name, name)
        for step, one in zip(plan.steps, rendered, strict=True)
        for name in fed_parameters(plan, step, one.bundle.root)
    }
    known = [key for step, name in bodies for key in (name, f"{step}.{name}")]
    for key, value in values.items():
        meant = [(s, n) for s, n in bodies if key in (n, f"{s}.{n}")]
        if not meant:
            sentence = f"unknown parameter {key!r}{did_you_mean(key, known)}"
            yield Problem("--parameter", sentence)
        elif only and not any(step in only for step, _ in meant):
            yield Problem("--parameter", f"{key} is of a step that --step leaves out")
        elif not (free := [one for one in meant if one not in fed]):
            yield Problem(
                "--parameter", f"{key} comes from another step of {plan.name}; leave it out"
            )
        else:
            problems = [value_problem(bodies[one], value) for one in free]
            for sentence in dict.fromkeys(filter(None, problems)):
                yield Problem(f"--parameter {key}", sentence)
