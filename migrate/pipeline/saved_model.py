"""Migrate a SavedModel: natively if its metadata contains the architecture, and always keeping its signatures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from migrate.capsule.ends import Signature, Signatures, told
from migrate.findings import MigrationError
from migrate.pipeline.coverage import measure_signatures
from migrate.pipeline.deploy import report_undeployed
from migrate.pipeline.lift import lift_signature
from migrate.pipeline.limits import (
    SERVE,
    report_channels_first,
    report_functions,
    report_keywords,
    report_limits,
    report_lost,
)
from migrate.pipeline.native import migrate_class, migrate_natively
from migrate.pipeline.progress import Progress, ReferenceRun, Written
from migrate.pipeline.proof import Comparator, must_agree, outputs_of
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.pipeline.signatures import (
    must_be_dense,
    must_keep_signatures,
    recorded_calls,
    take_signature_references,
    witnesses_of,
)
from migrate.pipeline.staging import Staged
from migrate.printable import one_line
from migrate.worlds.contracts.models import Release
from migrate.worlds.contracts.reader import DescribedSavedModel, DescribeSavedModel
from migrate.worlds.contracts.saved_models import LoadSavedModel, Reexport, ReexportByNames, Stored
from migrate.worlds.contracts.stock import CallSavedModel, DescribeSignatures
from migrate.worlds.host.ends import WorldError
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.taking import take

KERAS = "model.keras"


def migrate_saved_model(
    request: ArtifactRequest, options: Options, slot: Slot, staged: Staged, progress: Progress
) -> Written:
    """Native model if possible; SavedModel with the same signatures in any case.

    Raises:
        MigrationError: ``EXP003``, ``EXP004`` or ``FMT018`` if not even the signatures can be kept.
    """
    with progress.phase("read"):
        info = read_saved_model(slot, staged, progress)
        progress.classes = []
        report_limits(info, progress)
    slot.warm()
    with progress.phase("reference"):
        original = stored(staged, info)
        loaded = slot.legacy.ask(LoadSavedModel(original))
        signatures = loaded.signatures
        progress.signatures = {"old": told(signatures)}
        report_functions(info, signatures, progress)
        references = take_signature_references(slot, info, signatures, options.seed or 0, progress)
        recorded = recorded_calls(request, slot, signatures)
        proven = {name for name, _ in recorded}
        progress.findings = [f for f in progress.findings if f.code != "PAR005" or f.place not in proven]
    parts: dict[str, Path] = {}
    witnesses = [*recorded, *witnesses_of(references)]
    if Target.KERAS in options.targets and info.architecture:
        parts |= migrate_natively(request, options, slot, staged, references, signatures, progress)
    elif Target.KERAS in options.targets and info.subclassed:
        parts |= migrate_class(request.path, options, slot, staged, info, signatures, witnesses, progress)
    if progress.coverage is None:
        with progress.phase("cover"):
            measure_signatures(slot, witnesses, signatures, options.tolerance, progress)
    if Target.SAVED_MODEL in options.targets:
        must_be_dense(info.orders, signatures)
        by_names = info.reference_variables or info.tables_of_user or loaded.by_tensor_names
        call = ReexportByNames(original) if by_names else Reexport(original)
        parts["saved_model"] = _reexport(slot, call, signatures, progress, parts)
        report_keywords({name: ends.input_keys for name, ends in signatures.items()}, progress)
        report_channels_first(loaded.channels_first, progress)
        with progress.phase("reload"):
            for name, witness in witnesses:
                _compare_served(
                    slot, parts["saved_model"], name, signatures[name], witness, options, progress
                )
            slot.stock.ask(Release())
    if Target.KERAS in options.targets and options.lift and KERAS not in parts:
        given = original if info.orders else _exported(parts, signatures) or original
        parts |= lift_signature(slot, given, signatures, references, recorded, options, progress)
    if KERAS not in parts:
        report_undeployed(options, progress)
    if not parts:
        raise MigrationError(
            "EXP001",
            "the SavedModel contains no architecture of Keras layers, so no .keras can be created",
            "Use --to savedmodel, which keeps the signatures"
            + ("." if options.lift else ", or pass --lift."),
        )
    return Written(parts)


def _exported(parts: Mapping[str, Path], signatures: Signatures) -> Stored | None:
    """The exported SavedModel in a form to load: it has signatures where the original had only functions."""
    if "saved_model" not in parts:
        return None
    orders = {
        name: {"inputs": signature.input_keys, "outputs": signature.output_keys}
        for name, signature in signatures.items()
    }
    return Stored(parts["saved_model"], orders, [SERVE])


def read_saved_model(slot: Slot, staged: Staged, progress: Progress) -> DescribedSavedModel:
    """The description in the file, before TensorFlow sees it.

    Raises:
        MigrationError: ``FMT022`` for an incomplete folder.
    """
    info = slot.reader.ask(DescribeSavedModel(staged.source))
    progress.facts = info.artifact
    if info.missing:
        raise MigrationError(
            "FMT022",
            f"the SavedModel is incomplete: {', '.join(info.missing[:3])} missing",
            "Fetch the whole folder again: the protobuf with its variables and assets beside it.",
        )
    return info


def stored(staged: Staged, info: DescribedSavedModel) -> Stored:
    """What a world needs to load the staged SavedModel as stored."""
    return Stored(staged.source, info.orders, info.tags, info.functions)


def _reexport(
    slot: Slot,
    call: Reexport | ReexportByNames,
    signatures: Signatures,
    progress: Progress,
    natively: Mapping[str, Path],
) -> Path:
    """Export the graph again, and check that the signatures are the same key by key.

    The other Python functions of the object are those of a native model, if there is one.
    """
    with progress.phase("write"):
        try:
            reply = slot.modern.ask(call)
        except WorldError as error:
            if error.code != "EXP004" or not call.stored.orders:
                raise
            # A function that cannot be restored may have a graph that can be written by its tensor names.
            reply = slot.modern.ask(ReexportByNames(call.stored))
        written = take(slot.modern, reply.saved_model, "saved_model")
        if KERAS not in natively:
            report_lost(call.stored.functions, reply.functions, signatures, progress)
    with progress.phase("reload"):
        served = slot.stock.ask(DescribeSignatures(written)).signatures
        must_keep_signatures(signatures, served)
        progress.signatures["served"] = told(served)
    return written


def _compare_served(
    slot: Slot,
    written: Path,
    name: str,
    signature: Signature,
    witness: ReferenceRun,
    options: Options,
    progress: Progress,
) -> None:
    """Call a signature of the exported archive as a server will, and compare.

    Raises:
        MigrationError: ``EXP004`` where it does not run, ``PAR001`` where it computes something else.
    """
    judge = Comparator(signature.output_keys, "", options.tolerance)
    try:
        call = CallSavedModel(
            witness.probes,
            path=written,
            signature=name,
            inputs=signature.input_keys,
            outputs=list(judge.names),
            stateful=signature.stateful,
        )
        results = outputs_of(slot.stock, call)
    except WorldError as error:
        if error.code != "RUN005":
            raise
        raise MigrationError(
            "EXP004",
            f"signature {name!r} runs in the original and not in the exported SavedModel: "
            f"{one_line(error.message, 300)}",
            "Serve the old SavedModel as it is.",
            place=name,
        ) from error
    comparisons = judge.compare(witness.outputs, results)
    must_agree(comparisons, f"signature {name!r} of the exported SavedModel")
    progress.comparisons += comparisons
    progress.witnesses.append(witness)
