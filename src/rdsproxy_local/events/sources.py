"""All sources of events together, while the data plane runs."""

from __future__ import annotations

import threading
import traceback
from contextlib import ExitStack
from typing import Self
from unittest import mock

from moto.events.models import Rule
from moto.sns.models import Subscription

from ..data_plane.functions import Functions
from ..servers.http_event import Response
from . import firing
from .calls import AsynchronousCalls
from .clock import Clock, utc_now
from .polling import SECONDS, Pollers
from .rules import Targets
from .topics import publish_by


class EventSources:
    """Delivers events while its ``with`` block runs."""

    def __init__(self, functions: Functions) -> None:
        self.log: list[str] = []
        """Deliveries that were refused."""
        self.calls = AsynchronousCalls(functions, self.log)
        self._pollers = Pollers(functions, self.log)
        targets = Targets(self.calls.submit, self.log)
        self._clock = Clock(targets)
        self._publish = publish_by(self.calls.submit, self.log, Subscription.publish)
        self._send = targets.send_by_rule(Rule.send_to_targets)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        with ExitStack() as parts:
            parts.enter_context(mock.patch.object(Subscription, "publish", self._publish))
            parts.enter_context(mock.patch.object(Rule, "send_to_targets", self._send))
            parts.callback(self.calls.close)
            parts.callback(self._pollers.close)
            self._thread.start()
            self._parts = parts.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._thread.join()
        self._parts.close()

    def fire(self, name: str) -> Response:
        """Fire the rule, schedule or queue of a name."""
        return firing.fire(name, self._clock, self._pollers)

    def _run(self) -> None:
        while not self._closed.wait(SECONDS):
            try:
                self._pollers.poll()
                self._clock.tick(utc_now())
            except Exception as mistake:  # noqa: BLE001 - a mistake of ours must not end all events
                self.log.append("".join(traceback.format_exception(mistake)))
