"""Where two runs of a program part: the first event of the reference run that the other one does not have alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from migrate.capsule.model import Array
from migrate.capsule.store import load_arrays
from migrate.parity.compare import compare_arrays
from migrate.worlds.contracts.proving import RanProgram

TOLERANCE = 1e-4
"""Relative, of what one step from the same weights on the same batch gives."""
_NOISE = 1e-4
"""Gradients below this share of the largest are rounding: an optimizer that divides by their size makes it a step."""
_ROUNDING = 1e-6
"""The same of the largest gradient of the step: the bias before a normalization has none, and gets what was rounded."""


class Parting(msgspec.Struct, frozen=True, kw_only=True):
    """Where two runs part.

    ``kind`` is ``trainable``, ``layer``, ``value``, ``loss``, ``gradient``, ``weight``, ``metric``, ``metrics``,
    ``batch`` or ``raised``; ``site`` the line of the program as written, ``site_after`` that of the program that
    Keras 3 ran; ``arrays`` names a file that holds both sides, where they were kept.
    """

    kind: str
    what: str
    step: int
    site: str
    site_after: str
    message: str
    arrays: str = ""


class Trace:
    """What one run wrote.

    Attributes:
        events: in order; what `migrate.worlds.lockstep.recorder` writes.
        steps: training steps that were made.
        error, site: what ended the program, and where; empty when it ended by itself.
        tree: the folder that it ran from.
        trace_file, arrays_file: what was taken from the worker.
    """

    def __init__(self, ran: RanProgram, trace: Path, arrays: Path, tree: Path) -> None:
        self.tree = tree
        self.trace_file, self.arrays_file = trace, arrays
        self.events: list[dict[str, Any]] = [
            json.loads(line) for line in trace.read_text("utf-8").splitlines()
        ]
        self.arrays: Mapping[str, Array] = load_arrays(arrays)
        self.steps, self.error, self.site = ran.steps, ran.error, ran.site
        self.number = {key_of(event): n for n, event in enumerate(self.events)}

    def array(self, number: int) -> Array | None:
        """The array of an event, where it was kept."""
        return self.arrays.get(str(number))


def key_of(event: Mapping[str, Any]) -> tuple[Any, ...]:
    """What an event is called in both runs."""
    return event["step"], event["kind"], event["key"], event["again"]


def part(legacy: Trace, modern: Trace, compared: dict[str, int]) -> Parting | None:
    """The first event of the reference run that the other one does not have alike."""
    largest: dict[str, Array] = {}
    rounded = _rounded(legacy)
    for number, event in enumerate(legacy.events):
        other = modern.number.get(key_of(event))
        kind, key = event["kind"], event["key"]
        if other is None:
            if kind == "value":
                continue  # a variable that the other text does not have
            if modern.error:
                return _raised(modern)
            return _parting(event, None, f"{key}: only tf-keras returns it")
        compared[kind] = compared.get(kind, 0) + 1
        found = modern.events[other]
        if "value" in event or "value" in found:
            if event.get("value") != found.get("value"):
                parting = _parting(event, found, _told(kind, key, event.get("value"), found.get("value")))
                return _where_named(parting, legacy, modern) if kind == "metrics" else parting
            continue
        one, two = legacy.array(number), modern.array(other)
        if kind == "gradient" and one is not None:
            before = largest.get(key, np.zeros_like(one))
            largest[key] = np.maximum(np.abs(one), before)
        noise = rounded.get(event["step"], 0.0) if kind in ("gradient", "weight") else 0.0
        why = _difference(event, found, one, two, largest.get(key) if kind == "weight" else None, noise)
        if why:
            return _parting(event, found, f"{key}: {why}")
    if modern.error and not legacy.error:
        return _raised(modern)
    for event in modern.events:
        if event["kind"] != "value" and key_of(event) not in legacy.number and event["step"] <= legacy.steps:
            return _parting(None, event, f"{event['key']}: only Keras 3 returns it")
    return None


def _difference(
    event: Mapping[str, Any],
    found: Mapping[str, Any],
    one: Array | None,
    two: Array | None,
    gradients: Array | None,
    rounded: float,
) -> str:
    """How an array differs; empty when it does not. Gradients up to ``rounded`` are rounding."""
    if event["shape"] != found["shape"]:
        return f"its shape is {found['shape']} in Keras 3, and {event['shape']} in tf-keras"
    if one is not None and two is not None:
        if gradients is not None and gradients.shape == one.shape and gradients.size:
            noise = gradients <= max(_NOISE * gradients.max(), rounded)
            two = np.where(noise, one, two)
        slack = rounded if event["kind"] == "gradient" else 0.0
        compared = compare_arrays(
            "", np.asarray(one, np.float64), np.asarray(two, np.float64), "float32", TOLERANCE, slack
        )
        return compared.reason
    mine, other = np.asarray(event["statistics"]), np.asarray(found["statistics"])
    least = rounded / TOLERANCE if event["kind"] == "gradient" else 0.0
    scale = max(float(np.abs(mine[:7]).max(initial=0.0)), least, 1e-7)
    worst = float(np.abs(mine - other).max())
    return f"its statistics differ by {worst:.3g} of {scale:.3g}" if worst > TOLERANCE * scale else ""


def _rounded(legacy: Trace) -> dict[int, float]:
    """By step: the size up to which a gradient is what was rounded of larger ones."""
    found: dict[int, float] = {}
    for event in legacy.events:
        if event["kind"] == "gradient":
            least, most = event["statistics"][2:4]
            largest = max(abs(float(least)), abs(float(most)))
            found[event["step"]] = max(found.get(event["step"], 0.0), _ROUNDING * largest)
    return found


def _told(kind: str, key: str, one: Any, two: Any) -> str:
    if kind == "trainable":
        return f"{key} has {two} trainable weights in Keras 3, and {one} in tf-keras"
    return f"{key} are {two} in Keras 3, and {one} in tf-keras"


def _parting(one: Mapping[str, Any] | None, two: Mapping[str, Any] | None, message: str) -> Parting:
    event = one or two
    assert event is not None
    return Parting(
        kind=event["kind"],
        what=event["key"],
        step=event["step"],
        site=one["site"] if one else "",
        site_after=two["site"] if two else "",
        message=message,
    )


def _raised(modern: Trace) -> Parting:
    return Parting(
        kind="raised",
        what="the program",
        step=modern.steps,
        site="",
        site_after=modern.site,
        message=f"Keras 3 raises {modern.error}",
    )


def _where_named(parting: Parting, legacy: Trace, modern: Trace) -> Parting:
    """The same with the lines that made the metrics which one side alone has; else those that compiled the model."""
    sites = []
    for one, other, site in ((legacy, modern, parting.site), (modern, legacy, parting.site_after)):
        named = {
            e["key"]: e["site"] for e in one.events if (e["step"], e["kind"]) == (parting.step, "metric")
        }
        there = {e["key"] for e in other.events if (e["step"], e["kind"]) == (parting.step, "metric")}
        sites.append(next((named[name] for name in named if name not in there and named[name]), site))
    return msgspec.structs.replace(parting, site=sites[0], site_after=sites[1])
