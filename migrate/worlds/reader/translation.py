"""Read a legacy file and translate it, where a crash of a parser costs one artifact.

The results are files in the scratch folder: ``modern.*`` (the capsule that the modern world builds from),
``legacy.json`` (structure of the final Keras 2 dialect) and, when asked for, ``legacy.safetensors`` with
``keras2.json`` (what tf-keras builds the reconstruction from), ``architecture.json`` (the file's own).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

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
from migrate.formats.artifact import UNREADABLE, Format, LegacyArtifact
from migrate.formats.bounded import bounded_memory
from migrate.formats.layer_config import with_input_shape
from migrate.formats.own_names import OwnCode
from migrate.formats.read import read
from migrate.worlds.contracts.reader import Refusal, Translate, Translated
from migrate.worlds.reader.saved_model import facts


def read_and_translate(call: Translate, scratch: Path) -> Translated:
    """Translate an artifact; the models and what is left of their training become files in the scratch folder."""
    with bounded_memory(call.source):
        artifact = read(call.source, call.architecture)
    refused = partial(Translated, facts(artifact))
    try:
        _must_be_legacy(artifact)
        if call.input_shape and artifact.architecture is not None:
            artifact.architecture = with_input_shape(artifact.architecture, call.input_shape)
        unused = {(name,) for name in call.unused}
        artifact.weights = [one for one in artifact.weights if one.layer[:1] not in unused]
        era = era_of(artifact, call.keep_weights, call.backend)
        defined = known_values(call.sources, call.define)
        era = replace(era, defined=defined, without=frozenset(call.without))
        initialised = load_arrays(call.initialised) if call.initialised is not None else None
        modules = {handle: str(folder) for handle, folder in call.modules.items()}
        own = OwnCode(frozenset(call.custom), frozenset(call.stock), call.proven, modules)
        translation = translate(artifact, era, initialised, own, call.cut)
        readings = _readings(
            artifact,
            call.backend,
            translation,
            lambda other: translate(artifact, other, initialised, own),
            era,
        )
    except MigrationError as error:
        return refused(refusal=Refusal(error.code, error.message, error.hint, error.place))
    notes = translation.notes
    if call.reconstruct:
        save_model(translation.legacy, scratch, "legacy")
        (scratch / "keras2.json").write_text(json.dumps(emit_keras2(translation.legacy)), encoding="utf-8")
    else:
        save_structure(translation.legacy, scratch, "legacy")
        save_model(translation.modern, scratch, "modern")
    (scratch / "architecture.json").write_text(json.dumps(artifact.architecture), encoding="utf-8")
    notes.findings += unsaid_release(translation.assigned, era)
    fired, training = list(notes.fired), {}
    if not call.reconstruct and call.cut is None:
        plan = _plan(artifact, era, translation, own.defined)
        training = plan.states() if plan.compile is not None else {}
        if plan.compile is not None:
            notes.findings += step_differences(translation.assigned, plan.compile, era)
        fired += plan.fired
        save_plan(plan, scratch)
    # tf-keras would read a vocabulary from the path that the file names
    original = (
        artifact.format is not Format.TFJS_LAYERS  # tf-keras has no reader for it
        and _may_execute(notes, call.trust)
        and not artifact.metadata.get("vocabularies_given_by_file")
        and not any(overrides_original(one.code) for one in notes.fired)
    )
    return Translated(
        facts(artifact),
        tuple(fired),
        tuple(notes.findings),
        original,
        training,
        classes=sorted(notes.classes),
        readings=tuple(readings),
        hints=tuple(reading_of(artifact, call.backend).hints) if readings else (),
    )


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
                "Compile the model again before continued training; its weights were read.",
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
