"""What the compatibility report says about one model: its layers, its picture, its comparison, the next step."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from migrate.report.compatibility.levels import Level


class LayerRow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One layer of a model; ``rules`` are the codes that changed it."""

    path: str
    class_name: str = ""
    parameters: int = 0
    rules: list[str] = field(default_factory=list)


class NextStep(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How to continue with a model: a sentence, and the command to copy (replace the words in capital letters)."""

    text: str
    command: str = ""


class GraphRow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row of the picture of a model: a layer of the legacy graph, of the Keras 3 graph, or of both.

    Attributes:
        path: names of the models that contain it, and its own name.
        old, new: its class on each side, empty if that side has no such layer.
        old_inputs, new_inputs: rows whose output it uses.
    """

    path: str
    old: str = ""
    new: str = ""
    old_inputs: list[int] = field(default_factory=list)
    new_inputs: list[int] = field(default_factory=list)


class Fired(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule that fired: the configuration before and after, as text."""

    code: str
    place: str = ""
    before: str = ""
    after: str = ""


class OutputRow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The comparison of one output."""

    name: str
    shape: str = ""
    dtype: str = ""
    max_abs: float | None = None
    max_rel: float | None = None
    cosine: float | None = None
    argmax_agreement: float | None = None


class LayerError(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The largest error of one layer's output."""

    layer: str
    max_abs: float | None = None
    max_rel: float | None = None


class Parity(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the migrated model compares with the reference; ``tolerance`` is the relative tolerance that was applied.

    ``covered`` is the share of the weights that the compared outputs depend on, None if it was not measured;
    ``uncovered`` names arrays and branches that they do not depend on, ``assumptions`` the rules that both sides
    use.
    """

    evidence: str = ""
    covered: float | None = None
    uncovered: list[str] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    cases: int = 0
    max_abs: float | None = None
    max_rel: float | None = None
    tolerance: float = 1e-5
    first_divergent_layer: str = ""
    outputs: list[OutputRow] = field(default_factory=list)
    layers: list[LayerError] = field(default_factory=list)
    reference: list[float] = field(default_factory=list)
    migrated: list[float] = field(default_factory=list)


class Untouched(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stock Keras 3 did with the untouched file; ``max_rel`` if both ran."""

    outcome: str
    max_rel: float | None = None
    reason: str = ""


class ModelUnit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One artifact: what it is, its outcome, and the evidence for it. ``entries`` as in ``FileUnit``."""

    path: str
    package: str
    level: Level
    status: str
    format: str = ""
    sha256: str = ""
    written_by: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    training: dict[str, str] = field(default_factory=dict)
    untouched: Untouched | None = None
    seconds: float = 0.0
    entries: list[int] = field(default_factory=list)
    parity: Parity | None = None
    layers: list[LayerRow] = field(default_factory=list)
    graph: list[GraphRow] = field(default_factory=list)
    next: NextStep | None = None
    fired: list[Fired] = field(default_factory=list)
    signatures: dict[str, Any] = field(default_factory=dict)
