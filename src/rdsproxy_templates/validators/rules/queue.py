"""Rules of queues that Lambda reads for functions: it may, in time, and in batches it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...aws.documentation import LAMBDA_GUIDE
from ..graph import Graph
from ..invocations import function_named, has_connectors
from ..once import once_a_graph
from ..policies import holder_of, rights_of
from ..rule import Violation, as_rule
from ..texts import Text, text_of
from ..values import is_true, number

QUEUE: Final = "AWS::SQS::Queue"
SAM_FUNCTION: Final = "AWS::Serverless::Function"
_ACTIONS: Final = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
_HIDDEN: Final = 30
"""Seconds for which a message is hidden where nothing is said."""
_RUNS: Final = 3
"""Seconds that a function may run where nothing is said."""
_BATCH: Final = 10
"""Messages in a batch for which Lambda need not wait; a FIFO queue never has more."""


@dataclass(frozen=True)
class Reading:
    """A queue that Lambda reads for a function, and where that is written."""

    place: str
    property: str
    queue: str
    function: str
    settings: Mapping[str, Any]


@once_a_graph
def readings(graph: Graph) -> list[Reading]:
    """Return each queue of the graph that Lambda reads for a function of it."""
    return list(_readings(graph)) if any(graph.of_type(QUEUE)) else []


def _readings(graph: Graph) -> Iterator[Reading]:
    for name, body in graph.of_type("AWS::Lambda::EventSourceMapping"):
        function = function_named(graph, body.get("FunctionName"))
        queue = _queue_named(graph, body.get("EventSourceArn"))
        if queue and function:
            yield Reading(name, "EventSourceArn", queue, function, body)
    for name, body in graph.of_type(SAM_FUNCTION):
        events = body.get("Events")
        for event in events.values() if isinstance(events, Mapping) else ():
            settings = event.get("Properties") if isinstance(event, Mapping) else None
            if not isinstance(settings, Mapping) or event.get("Type") != "SQS":
                continue
            if queue := _queue_named(graph, settings.get("Queue")):
                yield Reading(name, "Events", queue, name, settings)


@as_rule(
    "queue/rights",
    title="The role of a function for which Lambda reads a queue may read that queue.",
    why="Lambda refuses the event source mapping.",
    remedy="Allow sqs:ReceiveMessage, sqs:DeleteMessage and sqs:GetQueueAttributes on the queue.",
    source=f"{LAMBDA_GUIDE}services-sqs-configure.html",
)
def rights(graph: Graph) -> Iterator[Violation]:
    for one in readings(graph):
        holder = holder_of(graph, one.function)
        # SAM adds a policy to a role of its own, and for a connector.
        if (
            holder is None
            or has_connectors(graph)
            or (holder == one.function and one.property == "Events")
        ):
            continue
        arn = text_of(graph, {"Fn::GetAtt": [one.queue, "Arn"]})
        held = rights_of(graph, holder)
        missing = [action for action in _ACTIONS if held.allow(graph, action, arn) is False]
        if missing:
            yield Violation(
                holder,
                "Policies",
                f"Lambda reads {one.queue} for {one.function} in it, and it may not "
                f"{', '.join(missing)}",
                f"Allow {', '.join(missing)} on {one.queue}",
            )


@as_rule(
    "queue/visibility",
    title="A message is hidden for as long as the function may work on it.",
    why="Lambda refuses the event source mapping.",
    remedy="Set VisibilityTimeout to six times the function's timeout, as AWS recommends.",
    source=f"{LAMBDA_GUIDE}services-sqs-configure.html",
)
def visibility(graph: Graph) -> Iterator[Violation]:
    for one in readings(graph):
        hidden = number(graph.properties(one.queue).get("VisibilityTimeout", _HIDDEN))
        runs = number(graph.properties(one.function).get("Timeout", _RUNS))
        if hidden is not None and runs is not None and hidden < runs:
            yield Violation(
                one.queue,
                "VisibilityTimeout",
                f"it hides messages for {hidden:g} s, and {one.function} may run for {runs:g} s",
                f"Set VisibilityTimeout to {6 * runs:g}",
            )


@as_rule(
    "queue/batch",
    title="A batch is as large as the queue allows, and one above ten messages is waited for.",
    why="Lambda refuses the event source mapping.",
    remedy="Set MaximumBatchingWindowInSeconds to at least 1, or BatchSize to at most 10.",
    source=f"{LAMBDA_GUIDE}services-sqs-parameters.html",
)
def batch(graph: Graph) -> Iterator[Violation]:
    for one in readings(graph):
        size = number(one.settings.get("BatchSize", _BATCH))
        window = number(one.settings.get("MaximumBatchingWindowInSeconds", 0))
        if size is None or size <= _BATCH:
            continue
        if is_true(graph.properties(one.queue).get("FifoQueue")):
            sentence, remedy = f"{one.queue} is FIFO, and takes no batch of {size:g}", "at most 10"
            yield Violation(
                one.place, _key(one, "BatchSize"), sentence, f"Set BatchSize to {remedy}"
            )
        elif window == 0:
            yield Violation(
                one.place,
                _key(one, "BatchSize"),
                f"a batch of {size:g} messages has to be waited for, and no time is given",
                "Set MaximumBatchingWindowInSeconds to at least 1",
            )


@as_rule(
    "queue/dead-letters",
    level="opinion",
    title="A queue that Lambda reads gives up on a message some day.",
    why="A message that always fails is tried again until it expires, and is lost then.",
    remedy="Add a RedrivePolicy, with a queue for what failed.",
    source=f"{LAMBDA_GUIDE}services-sqs-errorhandling.html",
)
def dead_letters(graph: Graph) -> Iterator[Violation]:
    for queue in dict.fromkeys(one.queue for one in readings(graph)):
        if "RedrivePolicy" not in graph.properties(queue):
            yield Violation(
                queue,
                "RedrivePolicy",
                "messages that always fail are tried until they expire",
                "Add a RedrivePolicy with a dead-letter queue",
            )


def _key(one: Reading, key: str) -> str:
    return one.property if one.property == "Events" else key


def _queue_named(graph: Graph, expression: object) -> str | None:
    if expression is None:
        return None
    return _queues(graph).get(text_of(graph, expression))


@once_a_graph
def _queues(graph: Graph) -> Mapping[Text, str]:
    return {text_of(graph, {"Fn::GetAtt": [name, "Arn"]}): name for name, _ in graph.of_type(QUEUE)}
