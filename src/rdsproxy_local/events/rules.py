"""EventBridge: events to the targets of rules, and payloads of schedules to theirs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from moto.events.models import Rule
from moto.events.utils import EventTemplateParser

from ..data_plane.identities import role_may
from .delivery import Submit, Undeliverable, deliver, function_at, put_event, queue_at, topic_at
from .permissions import require_leave, require_permission

EVENTS: Final = "events.amazonaws.com"
SCHEDULER: Final = "scheduler.amazonaws.com"
ACTIONS: Final = {
    "events": "events:PutEvents",
    "lambda": "lambda:InvokeFunction",
    "sns": "sns:Publish",
    "sqs": "sqs:SendMessage",
}
"""The action on a target of a schedule, by its service."""


class Sent(NamedTuple):
    """A delivery to one target: the call of a function, or the reason why there was none."""

    target: str
    call: Future[Any] | None = None
    refusal: str | None = None


class Targets:
    """Sends to targets."""

    def __init__(self, submit: Submit, log: list[str]) -> None:
        self._submit = submit
        self._log = log

    def send_by_rule(self, known: Callable[..., None]) -> Callable[..., None]:
        """A replacement for moto's ``Rule.send_to_targets``, which calls no function."""

        def send(rule: Rule, event: Any, *_: object, **__: object) -> None:
            if rule.state != "ENABLED" or not rule.event_pattern.get_pattern():
                return
            if rule.event_pattern.matches_event(event):
                self.send_event(rule, event)

        return send

    def send_event(self, rule: Rule, event: Mapping[str, Any]) -> list[Sent]:
        """Send an event to all targets of a rule."""
        moment = event.get("time")
        if isinstance(moment, int | float):
            event = {**event, "time": _text(datetime.fromtimestamp(moment, UTC))}
        event = {"ingestion-time": event.get("time"), **event}
        return [
            self._sent(rule.arn, target, lambda t: self._to(rule, t, event))
            for target in rule.targets
        ]

    def send_schedule(self, schedule: Any, moment: datetime) -> list[Sent]:
        """Send the payload of a schedule to its target."""
        return [self._sent(schedule.arn, schedule.target, lambda t: self._run(schedule, t, moment))]

    def _sent(
        self,
        source: str,
        target: Mapping[str, Any],
        send: Callable[[Mapping[str, Any]], Future[Any] | None],
    ) -> Sent:
        try:
            return Sent(target["Arn"], send(target))
        except Undeliverable as reason:
            self._log.append(f"{source}: {reason}")
            aside = (target.get("DeadLetterConfig") or {}).get("Arn")
            if aside:
                self._set_aside(source, aside, target.get("Input") or "{}")
            return Sent(target["Arn"], refusal=str(reason))

    def _to(self, rule: Rule, target: Mapping[str, Any], event: Mapping[str, Any]) -> Any:
        arn, body = target["Arn"], _input(target, event)
        service = arn.split(":")[2]
        if service == "lambda":
            require_permission(function_at(arn), EVENTS, rule.arn)
        elif service == "sqs":
            require_leave(queue_at(arn).policy, EVENTS, ACTIONS["sqs"], arn, rule.arn)
        elif service == "sns":
            require_leave(topic_at(arn).policy, EVENTS, ACTIONS["sns"], arn, rule.arn)
        elif service == "events":
            detail_type = event["detail-type"]
            put_event(arn, event["source"], detail_type, event["detail"], event["resources"])
            return None
        group = (target.get("SqsParameters") or {}).get("MessageGroupId")
        return deliver(arn, body, self._submit, group=group)

    def _run(self, schedule: Any, target: Mapping[str, Any], moment: datetime) -> Any:
        arn, role = target["Arn"], target["RoleArn"]
        action = ACTIONS.get(arn.split(":")[2])
        group = f"{schedule.arn.rpartition('/')[0]}".replace(":schedule/", ":schedule-group/")
        # "aws:SourceArn" is the group's: the guide's "Confused deputy prevention".
        if action is None or not role_may(role, SCHEDULER, action, arn, **{"aws:SourceArn": group}):
            raise Undeliverable(f"{role} does not let EventBridge Scheduler send to {arn}")
        order = (target.get("SqsParameters") or {}).get("MessageGroupId")
        return deliver(arn, _payload(schedule, target, moment), self._submit, group=order)

    def _set_aside(self, source: str, queue: str, body: str) -> None:
        try:
            policy = queue_at(queue).policy
            if ":rule/" in source:
                require_leave(policy, EVENTS, ACTIONS["sqs"], queue, source)
            deliver(queue, body, self._submit)
        except Undeliverable as reason:
            self._log.append(f"{source}: {reason}")


def scheduled_event(source: str, arn: str, moment: datetime) -> dict[str, Any]:
    """The event of a rule whose time has come."""
    _, _, _, region, account, _ = arn.split(":", 5)
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": source,
        "account": account,
        "time": _text(moment),
        "region": region,
        "resources": [arn],
        "detail": {},
    }


def _input(target: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    """The text that the target gets of an event."""
    if "Input" in target:
        return str(target["Input"])
    if transformer := target.get("InputTransformer"):
        made = EventTemplateParser.parse(
            input_template=transformer["InputTemplate"],
            input_paths_map=transformer.get("InputPathsMap", {}),
            event=event,  # type: ignore[arg-type]
        )
        return json.dumps(made)
    found: Any = {name: value for name, value in event.items() if name != "ingestion-time"}
    for name in target.get("InputPath", "$").split(".")[1:]:
        found = found.get(name) if isinstance(found, dict) else None
    return json.dumps(found)


def _payload(schedule: Any, target: Mapping[str, Any], moment: datetime) -> str:
    """The text that a schedule sends: its input, or the event of its time."""
    default = scheduled_event("aws.scheduler", schedule.arn, moment) | {"detail": "{}"}
    text = target.get("Input") or json.dumps(default)
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    known = {
        "schedule-arn": schedule.arn,
        "scheduled-time": _text(moment),
        "execution-id": uuid.uuid4().hex[:16],
        "attempt-number": "1",
    }
    for name, value in known.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return str(text)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
