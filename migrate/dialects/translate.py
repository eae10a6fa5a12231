"""From a file's own dialect to the final Keras 2 dialect and on to Keras 3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from migrate.capsule.model import Array, Model
from migrate.capsule.store import with_weights
from migrate.dialects import registry  # noqa: F401 - importing it registers every rule
from migrate.dialects.backends import reading_of
from migrate.dialects.config_parser import parse_model
from migrate.dialects.foreign import mark_foreign
from migrate.dialects.hub import place_modules
from migrate.dialects.made_layers import in_double
from migrate.dialects.packaged import adapted, functions_of_packages
from migrate.dialects.rule import Era, Notes, Step
from migrate.dialects.submodel import Cut, submodel
from migrate.dialects.training.frozen import freeze_by_slots
from migrate.dialects.unsupported import refuse_unsupported
from migrate.dialects.upgrade import upgrade
from migrate.dialects.weight_matching import assign_weights
from migrate.findings import MigrationError
from migrate.formats.artifact import ARCHITECTURES, LegacyArtifact
from migrate.formats.bytecode import refuse_bytecode
from migrate.formats.own_names import OwnCode, mark_own, settle

_NO_CODE = OwnCode()
_MALFORMED = (TypeError, KeyError, ValueError, AttributeError, IndexError, RecursionError)


@dataclass(frozen=True, slots=True)
class Translation:
    """An artifact in both dialects from which the worlds build.

    Attributes:
        assigned: the writer's dialect, with weights assigned.
        legacy: final Keras 2 dialect (2.15), weights as its layers hold them.
        modern: Keras 3.
        notes: rules that fired and findings so far.
    """

    assigned: Model
    legacy: Model
    modern: Model
    notes: Notes


def translate(
    artifact: LegacyArtifact,
    era: Era,
    initialised: Mapping[str, Array] | None = None,
    own: OwnCode = _NO_CODE,
    cut: Cut | None = None,
) -> Translation:
    """Parse, assign every array, and upgrade step by step.

    Args:
        artifact: as a reader gave it; an architecture alone has no weights.
        era: who wrote it.
        initialised: weights of the final Keras 2 dialect under ``path|role``, for an architecture alone.
        own: what is known of the author's code.
        cut: the part of the model that is wanted, in the final Keras 2 dialect; None for all of it.

    Raises:
        MigrationError: ``FMT004`` without an architecture, ``CFG005`` and ``CFG006`` for a stock name that means the
            author's code, else the code of the rule that had to refuse.
    """
    if artifact.architecture is None:
        raise MigrationError(
            "FMT004",
            "the file contains weights without an architecture",
            "Pass it with --architecture model.json or file.py:function, or the code with --source DIR.",
        )
    lost = artifact.metadata.get("vocabularies_missing")
    if lost:
        raise MigrationError(
            "WGT021",
            f"the vocabulary of {', '.join(map(str, lost))} is not in the file",
            "Save the model as .keras or SavedModel in its own framework: both store what a lookup layer learned.",
        )
    notes = Notes()
    try:
        root = artifact.architecture
        owned = settle(artifact, own, adapted(root), functions_of_packages(root))
        model = parse_model(mark_own(root, owned), notes)
        model = place_modules(model, own.modules, artifact.weights, own.defined)
        refuse_unsupported(model, own)
        model = upgrade(mark_foreign(model, own), era, (Step.GRAMMAR,), notes)
        alone = artifact.format in ARCHITECTURES
        saved = [layer for layer in artifact.weights if not notes.tracked & {*layer.layer[:1]}]
        assigned = model if alone else assign_weights(model, saved, era)
        assigned = freeze_by_slots(assigned, artifact, era, notes)
        legacy = in_double(upgrade(assigned, era, (Step.ECOSYSTEM, Step.KERAS_1, Step.KERAS_2), notes))
        if cut is not None:
            legacy = submodel(legacy, cut)
        if initialised is not None:
            legacy = with_weights(legacy, initialised)
        modern = in_double(upgrade(legacy, era, (Step.KERAS_3,), notes))
        for side in (legacy, modern):
            _refuse_bytecode(side)
    except _MALFORMED as error:
        # A configuration can be any JSON; what the rules trip over is the file's fault until shown otherwise.
        raise MigrationError(
            "CFG098",
            f"the architecture is not one that any Keras writes: {type(error).__name__}: {error}",
            "If Keras wrote this file, please report it with its architecture.",
        ) from error
    return Translation(assigned, legacy, modern, notes)


def _refuse_bytecode(model: Model) -> None:
    """Let no function by value through to a world: what no rule could express as layers is refused here as well.

    Raises:
        MigrationError: ``SEC001``.
    """
    for path, layer in model.walk():
        calls = [[list(node.args), dict(node.kwargs)] for node in layer.nodes]
        refuse_bytecode(
            {
                "class_name": layer.class_name,
                "name": "/".join(path),
                "config": dict(layer.config),
                "calls": calls,
            }
        )


def era_of(artifact: LegacyArtifact, keep_weights: bool = False, backend: str | None = None) -> Era:
    """The writing era of an artifact; ``backend`` is the one to read it with where the file does not tell."""
    writer = artifact.writer
    era = Era.of(writer.keras, reading_of(artifact, backend).backend, writer.layout)
    return replace(era, keep_weights=keep_weights)
