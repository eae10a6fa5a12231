"""What is asked of the migration of one artifact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Target(StrEnum):
    """What to write."""

    KERAS = "keras"
    SAVED_MODEL = "savedmodel"
    ONNX = "onnx"
    LITERT = "litert"


DEFAULT_TARGETS = frozenset({Target.KERAS, Target.SAVED_MODEL})


@dataclass(frozen=True, slots=True)
class Options:
    """Options that hold for a whole run.

    Attributes:
        targets: what to write.
        custom_objects: Python files that define the user's classes for both worlds.
        architecture: JSON/YAML file or ``file.py:function`` for weights without an architecture.
        stock_names: names of functions and classes that mean Keras' own where a file does not say whose they are.
        trust: load what the scan calls unsafe; allow bytecode of this Python version.
        force: replace outputs that exist.
        keep_weights: register functions instead of folding constants into weights.
        tolerance: relative tolerance in place of the defaults, None for those.
        lift: make Keras layers of graphs that hold none.
        serving: root of a serving layout that gets each SavedModel as a new version, None for no layout.
    """

    targets: frozenset[Target] = DEFAULT_TARGETS
    custom_objects: tuple[Path, ...] = ()
    architecture: str | None = None
    stock_names: tuple[str, ...] = ()
    trust: bool = False
    force: bool = False
    keep_weights: bool = False
    tolerance: float | None = None
    lift: bool = False
    serving: Path | None = None


@dataclass(frozen=True, slots=True)
class ArtifactRequest:
    """One artifact.

    Attributes:
        path: absolute, local.
        source: the name in the report: relative to the folder that was given.
        out: the root of the outputs.
        folder: where this artifact's outputs go, relative to ``out``.
        golden: recorded inputs and outputs; None to look beside the model.
        made_for: what a batch knows its work by (``key``, ``ruleset``); written into ``migration.json``.
    """

    path: Path
    source: str
    out: Path
    folder: str
    golden: Path | None = None
    made_for: Mapping[str, str] = field(default_factory=dict)
