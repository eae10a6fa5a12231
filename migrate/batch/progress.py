"""Shows a batch's events: a live bar on a terminal, plain lines in a log, JSON lines for programs."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from migrate.printable import printable

if TYPE_CHECKING:
    from migrate.batch.events import Event

STYLES = {
    "migrated": "green",
    "unverified": "yellow",
    "blocked": "yellow",
    "unsafe": "red",
    "failed": "red",
    "skipped": "dim",
}


class Renderer(Protocol):
    """Takes events and shows them; used as ``on_event``."""

    def __call__(self, event: Event) -> None:
        """Show one event."""

    def close(self) -> None:
        """Leave the terminal as it was."""


def renderer(
    kind: str = "auto", stream: TextIO | None = None, *, every: bool = True, color: bool = True
) -> Renderer:
    """The renderer for ``rich``, ``plain``, ``json``, ``none``; ``auto`` is rich on a terminal, else plain.

    Args:
        kind: one of these.
        stream: standard error unless given.
        every: whether artifacts that passed have a line above the bar; it counts them, and a log has all.
        color: whether the bar and its lines may have colours.
    """
    target = stream or sys.stderr
    if kind == "auto":
        kind = "rich" if target.isatty() else "plain"
    if kind == "json":
        return _Json(target)
    if kind == "rich":
        return _Rich(target, every=every, color=color)
    return _Plain(target, quiet=kind == "none")


class Rate:
    """How far a run is, from the seconds that its artifacts were expected to take."""

    def __init__(self) -> None:
        self.total = self.done = 0
        self._started = time.monotonic()

    def take(self, event: Event) -> None:
        """Count an event."""
        if event.kind == "plan":
            self.total = int(event.data["migrate"]) + int(event.data["copy"])
            self._started = time.monotonic()
        elif event.kind == "done":
            self.done += 1

    def text(self) -> str:
        """Such as ``12/200, 3.1/s, 60 s left``."""
        seconds = time.monotonic() - self._started
        if not self.done or seconds <= 0:
            return f"{self.done}/{self.total}"
        rate = self.done / seconds
        left = (self.total - self.done) / rate
        return f"{self.done}/{self.total}, {rate:.2f}/s, {left:.0f} s left"


def describe(event: Event) -> str:
    """One line for people; empty for what they need not see."""
    return printable(_described(event))


def _described(event: Event) -> str:
    data: dict[str, Any] = event.data
    if event.kind == "plan":
        return (
            f"{data['migrate']} to migrate, {data['keep']} finished before, {data['copy']} with the same content; "
            f"{data['jobs']} jobs, about {data['seconds']:.0f} s"
        )
    if event.kind == "done":
        codes = f"  {' '.join(dict.fromkeys(data['codes']))}" if data["codes"] else ""
        return f"{data['status']:10} {event.source}  {data['seconds']:.1f} s{codes}"
    if event.kind == "retry":
        return f"retry      {event.source}  {data['message']}"
    if event.kind in ("warning", "stop"):
        return str(data["message"])
    return ""


class _Plain:
    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self._stream, self._quiet = stream, quiet
        self._rate = Rate()

    def __call__(self, event: Event) -> None:
        self._rate.take(event)
        line = describe(event)
        if line and not self._quiet:
            place = f"[{self._rate.text()}] " if event.kind == "done" else ""
            print(place + line, file=self._stream, flush=True)

    def close(self) -> None:
        """Nothing to undo."""


class _Json:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        print(json.dumps(event.as_json()), file=self._stream, flush=True)

    def close(self) -> None:
        """Nothing to undo."""


class _Rich:
    def __init__(self, stream: TextIO, *, every: bool, color: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._every = every
        self._console = Console(file=stream, color_system="auto" if color else None)
        self._rate = Rate()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task("migrating", total=None, rate="")
        self._running: list[str] = []
        self._bar.start()

    def __call__(self, event: Event) -> None:
        from rich.text import Text

        self._rate.take(event)
        if event.kind == "start":
            self._running.append(event.source)
        elif event.kind in ("done", "retry") and event.source in self._running:
            self._running.remove(event.source)
        passed = event.kind == "done" and event.data["status"] in ("migrated", "skipped")
        line = "" if passed and not self._every else describe(event)
        if line:
            style = STYLES.get(str(event.data.get("status", "")), "")
            self._console.print(Text(line, style=style), soft_wrap=True)
        name = self._running[0].rsplit("/", 1)[-1] if self._running else "migrating"
        self._bar.update(
            self._task,
            description=Text(name[:40]).plain,
            completed=self._rate.done,
            total=self._rate.total or None,
            rate=self._rate.text().partition(", ")[2].partition(", ")[0],
        )

    def close(self) -> None:
        """Remove the bar."""
        self._bar.stop()
