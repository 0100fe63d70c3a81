"""Rules of functions: what they are made of, when they run, and what everybody may read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...aws.documentation import EVENTBRIDGE_GUIDE, LAMBDA_GUIDE
from ...aws.schedules import schedule_problem
from ...aws.secret_signs import secret_sign
from ...model.references import references
from ..clients import variables_of
from ..credentials import reference_in, secret_named
from ..graph import FUNCTION_TYPES, Graph
from ..rule import Violation, as_rule
from ..texts import Atom, Text, is_certain, literal, shown, text_of
from ..values import is_true, listed, number, simple

LAYERS: Final = ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion")
_SCHEDULER: Final = re.compile(
    r"rate\([1-9]\d* (minute|hour|day)s?\)|cron\(\S+( \S+){5}\)"
    r"|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)"
)
_PLAIN: Final = re.compile(
    r"\d{1,5}|true|false|on|off|yes|no|none||[\w.@+=-]+(/[\w.@+=-]+)+", re.IGNORECASE
)
"""Numbers, choices, and the names of secrets and parameters, which are paths."""
_KEY: Final = re.compile(r"^\{\{resolve:secretsmanager:.*:SecretString:(\w+)[^}]*\}\}$")
_BESIDE: Final = ("username", "host", "port", "engine", "dbname", "dbInstanceIdentifier")
_POINTS: Final = re.compile(
    r"(Arns?|Names?|Ids?|Paths?|Prefix|Region|Endpoint|Address|Url|Uri|Port|Key_?Id)$"
)
"""Last word of a parameter or attribute that says where a secret is, and holds none."""


@as_rule(
    "function/no-secret-in-environment",
    title="A function's environment holds no secret.",
    why="Whoever may read the function's configuration reads the secret.",
    remedy="Pass the secret's ARN, and read it at run time.",
    source=f"{LAMBDA_GUIDE}configuration-envvars.html",
)
def no_secret_in_environment(graph: Graph) -> Iterator[Violation]:
    for function, body in graph.of_type(*FUNCTION_TYPES):
        for name, value in variables_of(body).items():
            if sign := _sign(graph, str(name), value):
                yield Violation(
                    function,
                    "Environment",
                    f"the variable {name} holds a secret: {sign}",
                    "Pass the secret's ARN, and read it at run time",
                )


@as_rule(
    "function/layer",
    level="warning",
    title="A function's layers support its runtime and its architecture.",
    why="The function cannot import what the layer was built for.",
    remedy="Choose a layer for the runtime and the architecture.",
    source=f"{LAMBDA_GUIDE}chapter-layers.html",
)
def layer(graph: Graph) -> Iterator[Violation]:
    for function, body in graph.of_type(*FUNCTION_TYPES):
        architecture = _architecture(body)
        own = {"CompatibleArchitectures": architecture, "CompatibleRuntimes": body.get("Runtime")}
        for expression in listed(body.get("Layers") or []):
            name = graph.target(simple(expression))
            if name is None or graph.type(name) not in LAYERS:
                sentence = _known_layer(literal(text_of(graph, expression)), architecture)
                if sentence:
                    yield Violation(function, "Layers", sentence, "Use the layer's other build")
                continue
            for key, is_one in own.items():
                fits = graph.properties(name).get(key)
                if (
                    isinstance(fits, list)
                    and fits
                    and isinstance(is_one, str)
                    and all(isinstance(one, str) for one in fits)
                    and is_one not in fits
                ):
                    yield Violation(
                        function,
                        "Layers",
                        f"{name} is for {', '.join(fits)}, and the function is {is_one}",
                        f"Build the layer for {is_one}, or change the function",
                    )


@as_rule(
    "function/concurrency",
    title="A function has concurrency to run.",
    why="With a reserved concurrency of 0, Lambda refuses every call.",
    remedy="Leave the reserved concurrency out, or choose at least 1.",
    source=f"{LAMBDA_GUIDE}configuration-concurrency.html",
)
def concurrency(graph: Graph) -> Iterator[Violation]:
    for function, body in graph.of_type(*FUNCTION_TYPES):
        if number(body.get("ReservedConcurrentExecutions", 1)) == 0:
            yield Violation(
                function,
                "ReservedConcurrentExecutions",
                "it is 0, so that the function never runs",
                "Reserve at least 1, or leave it out",
            )


@as_rule(
    "function/schedule",
    title="A schedule is an expression that EventBridge accepts.",
    why="EventBridge refuses the rule.",
    remedy="Write rate(1 hour), rate(5 minutes) or a cron expression.",
    source=f"{EVENTBRIDGE_GUIDE}eb-scheduled-rule-pattern.html",
)
def schedule(graph: Graph) -> Iterator[Violation]:
    for name, key, expression in _schedules(graph):
        text = literal(text_of(graph, expression)) if expression is not None else None
        if text and (problem := schedule_problem(text)):
            yield Violation(name, key, f"its schedule {problem}", "Write rate(1 hour) or cron(…)")
    for name, key, expression in _scheduler_expressions(graph):
        text = literal(text_of(graph, expression)) if expression is not None else None
        if text and not _SCHEDULER.fullmatch(text):
            yield Violation(
                name,
                key,
                f"its schedule must be rate(…), cron(…) or at(…), got {text!r}",
                "Write rate(1 hour), cron(…) or at(…)",
            )


@as_rule(
    "function/log-retention",
    level="opinion",
    title="Logs have a retention period.",
    why="Logs without one are kept, and paid for, forever.",
    remedy="Add a log group with RetentionInDays.",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/"
    "Working-with-log-groups-and-streams.html",
)
def log_retention(graph: Graph) -> Iterator[Violation]:
    groups = dict(graph.of_type("AWS::Logs::LogGroup"))
    for name, body in groups.items():
        if "RetentionInDays" not in body:
            yield Violation(
                name, "RetentionInDays", "it keeps logs forever", "Set RetentionInDays, such as 30"
            )
    kept = any("RetentionInDays" in groups[name] for name in _of_functions(graph, groups))
    for function, body in graph.of_type(*FUNCTION_TYPES) if kept else ():
        # Other logs of the template expire; a group that Lambda makes never does.
        own = literal(text_of(graph, body.get("FunctionName"))) or function
        named = [
            text_of(graph, one["LogGroupName"]) for one in groups.values() if "LogGroupName" in one
        ]
        is_named = any(
            not is_certain(name) or function in shown(name) or own in shown(name) for name in named
        )
        if _log_group(body) is None and not is_named:
            yield Violation(
                function,
                "LoggingConfig",
                "it writes to a log group that Lambda makes, which keeps logs forever",
                "Name a log group with a retention in LoggingConfig",
            )


def _of_functions(graph: Graph, groups: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the log groups that are meant for functions: named by one, or by nobody."""
    functions = [body for _, body in graph.of_type(*FUNCTION_TYPES)]
    named = {graph.target(simple(_log_group(body))) for body in functions}
    used = {one for body in graph.template.resources.values() for one in references(dict(body))}
    for name, body in groups.items():
        is_default = "/aws/lambda/" in shown(text_of(graph, body.get("LogGroupName", "")))
        if name in named or is_default or (name not in used and "LogGroupName" not in body):
            yield name


def _sign(graph: Graph, name: str, value: Any) -> str | None:
    """Say what of a variable looks like a secret; None if nothing does."""
    text = text_of(graph, value)
    for atom in text:
        parameter = graph.template.parameters.get(atom.name) if isinstance(atom, Atom) else None
        if parameter and is_true(parameter.get("NoEcho")):
            return "its value is a parameter with NoEcho"
    if found := reference_in(graph, text):
        # A name or a host, which lies beside the password, is none.
        return None if found[1] in _BESIDE else "its value is read from a secret"
    if (key := _KEY.search(shown(text))) and key[1] in _BESIDE:
        return None
    by_value = secret_sign("", shown(text)) or secret_sign("", value)
    if by_value:
        return by_value
    return None if _is_harmless(graph, value, text) else secret_sign(name, value)


def _is_harmless(graph: Graph, value: Any, text: Text) -> bool:
    """Tell whether a value, by itself, is no secret, whatever its variable is called."""
    plain = literal(text)
    if plain is not None:
        return bool(_PLAIN.fullmatch(plain)) or plain.startswith(("arn:", "/"))
    if secret_named(graph, value) or shown(text).startswith("arn:"):
        return True
    match simple(value):
        case {"Ref": str(name)}:
            is_id = name in graph.template.resources or name.startswith("AWS::")
            return is_id or bool(_POINTS.search(name))
        case {"Fn::GetAtt": [_, str(attribute)]}:
            return bool(_POINTS.search(attribute))
        case _:
            return False


def _architecture(body: Mapping[str, Any]) -> str | None:
    given = body.get("Architectures", ["x86_64"])
    one = given[0] if isinstance(given, list) and len(given) == 1 else None
    return one if isinstance(one, str) else None


def _known_layer(arn: str | None, architecture: str | None) -> str | None:
    """Say that a layer of AWS's, by its name, is for another architecture."""
    name = arn.split(":")[6] if arn and arn.count(":") >= 6 else ""  # noqa: PLR2004 - an ARN
    is_arm = name.endswith(("-Arm64", "-arm64", "-ARM64"))
    if is_arm and architecture == "x86_64":
        return f"{name} is for arm64, and the function is x86_64"
    if name == "AWS-Parameters-and-Secrets-Lambda-Extension" and architecture == "arm64":
        return f"{name} is for x86_64, and the function is arm64"
    return None


def _schedules(graph: Graph) -> Iterator[tuple[str, str, Any]]:
    yield from _events(graph, "Schedule", "Schedule")
    for rule, body in graph.of_type("AWS::Events::Rule"):
        yield rule, "ScheduleExpression", body.get("ScheduleExpression")


def _scheduler_expressions(graph: Graph) -> Iterator[tuple[str, str, Any]]:
    yield from _events(graph, "ScheduleV2", "ScheduleExpression")
    for schedule_, body in graph.of_type("AWS::Scheduler::Schedule"):
        yield schedule_, "ScheduleExpression", body.get("ScheduleExpression")


def _events(graph: Graph, kind: str, key: str) -> Iterator[tuple[str, str, Any]]:
    for function, body in graph.of_type("AWS::Serverless::Function"):
        events = body.get("Events")
        for event in events.values() if isinstance(events, Mapping) else ():
            properties = event.get("Properties") if isinstance(event, Mapping) else None
            if isinstance(properties, Mapping) and event.get("Type") == kind:
                yield function, "Events", properties.get(key)


def _log_group(body: Mapping[str, Any]) -> Any:
    logging = body.get("LoggingConfig")
    return logging.get("LogGroup") if isinstance(logging, Mapping) else logging
