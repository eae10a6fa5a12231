"""Read a legacy file and translate it, where a crash of a parser costs one artifact.

The results are files in the scratch folder: ``modern.*`` (the capsule that the modern world builds from),
``legacy.json`` (structure of the final Keras 2 dialect) and, when asked for, ``legacy.safetensors`` with
``keras2.json`` (what tf-keras builds the reconstruction from), ``architecture.json`` (the file's own).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import msgspec

from migrate.bytecode.definitions import known_values
from migrate.capsule.store import load_arrays, save_model, save_structure
from migrate.dialects.backends import BACKENDS, reading_of, same_model
from migrate.dialects.keras2.masked_bidirectional import unsaid_release
from migrate.dialects.keras2_config_writer import emit_keras2
from migrate.dialects.rule import Era, Notes, overrides_original
from migrate.dialects.training import TrainingPlan, plan_training, save_plan
from migrate.dialects.training.era_steps import step_differences
from migrate.dialects.translate import Translation, era_of, translate
from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.artifact import UNREADABLE, LegacyArtifact
from migrate.formats.bounded import bounded_memory
from migrate.formats.layer_config import with_input_shape
from migrate.formats.own_names import OwnCode
from migrate.formats.read import read
from migrate.worlds.reader.saved_model import facts


def read_and_translate(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Translate ``source`` (with ``architecture``); ``reconstruct`` writes what the legacy world builds from.

    ``initialised`` names a file of weights for an architecture that has none, ``custom`` what the user's files define,
    ``stock`` names that mean Keras' own, ``proven`` that doubtful names may be taken for those,
    ``input_shape`` is that of one sample, for a Sequential model that does not store it,
    ``backend`` the one to read a file with that does not tell, ``define`` values of globals as ``NAME=VALUE``,
    ``trust`` that the file may be loaded as it is.

    Returns:
        ``artifact`` (sha256, format, writer), ``rules`` (as fired), ``classes`` (that rules were shown),
        ``findings``, ``original`` (whether tf-keras on the untouched file computes what the writer did),
        ``training`` (part to state and note), ``refusal`` (None, or why there is no translation), ``readings``
        (backends that the file can be read with, the likelier first, where they give different models) and ``hints``
        (what speaks for it).
    """
    architecture = Path(params["architecture"]) if params.get("architecture") else None
    source = Path(params["source"])
    with bounded_memory(source):
        artifact = read(source, architecture)
    answer: dict[str, Any] = {
        "artifact": facts(artifact),
        "rules": [],
        "findings": [],
        "original": True,
        "training": {},
        "readings": [],
        "hints": [],
    }
    try:
        _must_be_legacy(artifact)
        if params.get("input_shape") and artifact.architecture is not None:
            artifact.architecture = with_input_shape(artifact.architecture, params["input_shape"])
        given = params.get("backend")
        era = era_of(artifact, params.get("keep_weights", False), given)
        era = replace(era, defined=known_values(params.get("sources", ()), params.get("define", ())))
        initialised = load_arrays(Path(params["initialised"])) if params.get("initialised") else None
        own = OwnCode(
            frozenset(params.get("custom", ())),
            frozenset(params.get("stock", ())),
            bool(params.get("proven")),
        )
        translation = translate(artifact, era, initialised, own)
        readings = _readings(
            artifact, given, translation, lambda other: translate(artifact, other, initialised, own), era
        )
    except MigrationError as error:
        return {**answer, "refusal": _refusal(error)}
    notes = translation.notes
    if params.get("reconstruct"):
        save_model(translation.legacy, scratch, "legacy")
        (scratch / "keras2.json").write_text(json.dumps(emit_keras2(translation.legacy)), encoding="utf-8")
    else:
        save_structure(translation.legacy, scratch, "legacy")
        save_model(translation.modern, scratch, "modern")
    (scratch / "architecture.json").write_text(json.dumps(artifact.architecture), encoding="utf-8")
    notes.findings += unsaid_release(translation.assigned, era)
    fired, training = list(notes.fired), {}
    if not params.get("reconstruct"):
        plan = _plan(artifact, era, translation, frozenset(params.get("custom", ())))
        training = plan.states() if plan.compile is not None else {}
        if plan.compile is not None:
            notes.findings += step_differences(translation.assigned, plan.compile, era)
        fired += plan.fired
        save_plan(plan, scratch)
    return {
        **answer,
        "rules": [asdict(one) for one in fired],
        "classes": sorted(notes.classes),
        "training": training,
        "findings": [msgspec.to_builtins(f) for f in notes.findings],
        # tf-keras would read a vocabulary from the path that the file names
        "original": _may_execute(notes, bool(params.get("trust")))
        and not artifact.metadata.get("vocabularies_given_by_file")
        and not any(overrides_original(fired.code) for fired in notes.fired),
        "refusal": None,
        "readings": readings,
        "hints": list(reading_of(artifact, given).hints) if readings else [],
    }


def _readings(
    artifact: LegacyArtifact,
    given: str | None,
    translation: Translation,
    again: Callable[[Era], Translation],
    era: Era,
) -> list[str]:
    """The backends that a file can be read with, when it does not tell and they give different models."""
    reading = reading_of(artifact, given)
    if reading.certain:
        return []
    others = [backend for backend in BACKENDS if backend != reading.backend]
    for backend in others:
        try:
            other = again(replace(era, backend=backend))
        except MigrationError:
            break  # the parent asks for this reading, and reports why there is none
        if not same_model(translation.modern, other.modern):
            break
    else:
        return []
    return [reading.backend, *others]


def _plan(
    artifact: LegacyArtifact, era: Era, translation: Translation, custom: frozenset[str]
) -> TrainingPlan:
    """The training state; what cannot be read of it costs the model nothing, and is a finding."""
    unreadable = artifact.metadata.get(UNREADABLE)
    try:
        plan = plan_training(artifact, era, translation.assigned, translation.modern, custom)
    except MigrationError as error:
        plan, unreadable = TrainingPlan(), error.message
    if unreadable:
        translation.notes.findings.append(
            Finding(
                "OPT015",
                Severity.WARNING,
                f"the training state cannot be read: {unreadable}",
                "Compile the model again before continued training; its weights are read.",
            )
        )
    return plan


def _may_execute(notes: Notes, trust: bool) -> bool:
    """Whether tf-keras may load the untouched file: it executes bytecode, which only the Python that made it can."""
    running = "{}.{}".format(*sys.version_info)
    return notes.bytecode is None or (trust and running in notes.bytecode)


def _must_be_legacy(artifact: LegacyArtifact) -> None:
    release = artifact.writer.keras_release
    if release is not None and release >= (3, 0):
        raise MigrationError(
            "FMT013", f"the file was written by Keras {artifact.writer.keras}: nothing to migrate"
        )


def _refusal(error: MigrationError) -> dict[str, str]:
    return {"code": error.code, "message": error.message, "hint": error.hint, "place": error.place}
