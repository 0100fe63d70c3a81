"""Displays of a deployment as it goes: lines, a live table on a terminal, or JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Final, Literal

import click

from ..deploy.console import Begun
from ..deploy.durations import shown
from ..deploy.progress import Progress, Work
from ..deploy.stack_events import StackEvent

FormName = Literal["text", "json"]
QUIET: Final = 60
"""Seconds without an event after which a line says what is waited for."""
WORTH_TELLING: Final = 5
"""Seconds from which on a line says how long something took."""


class Lines:
    """A line for each event, and one a minute for what is waited for."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        write: Callable[[str], None] = click.echo,
    ) -> None:
        self._now, self._write = now, write
        self._spoke = now()
        self.progress = Progress(now)

    def say(self, text: str) -> None:
        """Print a line."""
        self._spoke = self._now()
        self._write(text)

    def __call__(self, event: StackEvent | None) -> None:
        if event is None:
            self._wait(self.progress.waiting())
            return
        seconds = self.progress.note(event)
        took = f"  {shown(seconds)}" if seconds and seconds >= WORTH_TELLING else ""
        reason = f": {event.reason}" if event.reason and "FAILED" in event.status else ""
        self.say(f"  {event.status:36} {event.path}{took}{reason}")

    def begun(self, one: Begun) -> None:
        """Print that an operation goes on by itself, and how to follow it."""
        for line in _ways_to_follow(one):
            self.say(f"  {line}")

    def detail(self, text: str) -> None:
        """Print a line for whoever wants to know more."""
        self.say(f"  | {text}")

    def outputs(self, outputs: Mapping[str, str]) -> None:
        """Print the outputs of the last step."""
        for name, value in outputs.items():
            self.say(f"  {name} = {value}")

    def conclude(self, text: str) -> None:
        """Print what the whole command has done."""
        click.secho(text, fg="green")

    def end(self) -> None:
        """Print the summary."""
        for line in self.progress.summary():
            self.say(f"  {line}")
        self.progress = Progress(self._now)

    def _wait(self, works: list[Work]) -> None:
        now = self._now()
        if works and now - self._spoke >= QUIET:
            more = f", and {len(works) - 1} more" if len(works) > 1 else ""
            self.say(f"  … {works[0].line(now)}{more}")


class LiveTable(Lines):
    """Finished work as lines, and below them, on a terminal, what goes on."""

    def __init__(self) -> None:
        super().__init__()
        self._live: Any = None

    def say(self, text: str) -> None:
        if self._live is None:
            click.echo(text)
        else:
            self._live.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def __call__(self, event: StackEvent | None) -> None:
        if self._live is None:
            self._live = _live()
            self._live.start()
        if event is not None and event.is_in_progress:
            self.progress.note(event)
        elif event is not None:
            super().__call__(event)
        self._live.update(table_of(self.progress.waiting(), self._now()))

    def end(self) -> None:
        self.stop()
        super().end()

    def stop(self) -> None:
        """Leave the terminal as it was."""
        if self._live is not None:
            self._live.stop()
            self._live = None


class JsonEvents(Lines):
    """One JSON object a line, with a ``type``: event, message, begun, detail or outputs."""

    def say(self, text: str) -> None:
        _write(type="message", text=text.strip())

    def __call__(self, event: StackEvent | None) -> None:
        if event is None:
            return
        seconds = self.progress.note(event)
        _write(
            type="event",
            status=event.status,
            path=event.path,
            resource_type=event.type,
            reason=event.reason or None,
            seconds=None if seconds is None else round(seconds, 1),
        )

    def begun(self, one: Begun) -> None:
        _write(type="begun", **asdict(one))

    def detail(self, text: str) -> None:
        _write(type="detail", text=text)

    def outputs(self, outputs: Mapping[str, str]) -> None:
        _write(type="outputs", outputs=dict(outputs))

    def conclude(self, text: str) -> None:
        self.say(text)


def table_of(works: Sequence[Work], now: float) -> Any:
    """Return the table of the *works* that go on."""
    from rich.table import Table  # noqa: PLC0415 - of the extra `deploy`
    from rich.text import Text  # noqa: PLC0415

    table = Table.grid(padding=(0, 2))
    for one in works:
        what, *times = one.words(now)
        table.add_row(f"  {one.path}", Text(what, style="yellow"), *times)
    return table


def _ways_to_follow(one: Begun) -> Iterator[str]:
    """Yield what tells how to follow an operation that goes on by itself."""
    describe = "aws cloudformation describe-stacks --region"
    if one.operation == "deployment":
        yield f"{one.stack} is being changed, also when this command has ended; the same command"
        yield f"follows it, as does `{describe} {one.region} --stack-name {one.stack}`"
        return
    yield f"{one.stack} is being deleted, also when this command has ended; the same command"
    yield "follows it, and ends with status 0 once it is deleted, or with 5 where it was before;"
    # A deleted stack is found only by its ID.
    yield f"`{describe} {one.region} --stack-name {one.stack_id}`"
    yield "shows DELETE_IN_PROGRESS, and in the end DELETE_COMPLETE or DELETE_FAILED"


def display(form: FormName) -> Lines:
    """Return the display for *form*, on what standard output is."""
    if form == "json":
        return JsonEvents()
    if sys.stdout.isatty():
        with suppress(ImportError):
            import rich.live  # noqa: F401, PLC0415 - of the extra `deploy`

            return LiveTable()
    return Lines()


def _live() -> Any:
    from rich.live import Live  # noqa: PLC0415

    return Live("", refresh_per_second=2, transient=True)


def _write(**what: Any) -> None:
    click.echo(json.dumps(what, ensure_ascii=False))
