"""Migrate a SavedModel: natively where its metadata holds the architecture, and always keeping its signatures."""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from migrate.capsule.model import Model, Topology, structure_refs
from migrate.capsule.store import load_arrays, save_arrays
from migrate.findings import Finding, MigrationError, Severity
from migrate.pipeline.deploy import report_undeployed
from migrate.pipeline.layered import migrate_layers
from migrate.pipeline.lift import lift_signature
from migrate.pipeline.progress import Progress, Witness, Written
from migrate.pipeline.proof import Judge, must_agree, outputs_of
from migrate.pipeline.reference import Reference, reader_params
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.pipeline.signatures import (
    Signatures,
    must_keep_signatures,
    recorded_calls,
    take_signature_references,
    witnesses_of,
)
from migrate.pipeline.staging import Staged
from migrate.pipeline.subclassed import (
    CUSTOM,
    migrate_subclassed,
    report_classes,
    report_untrained,
    write_sources,
)
from migrate.pipeline.translated import ask_reader, facts_of, legacy_structure
from migrate.worlds.pool import Slot

DEFAULT = "serving_default"
SERVE = "serve"
PREDICT = "tensorflow/serving/predict"


def migrate_saved_model(
    request: ArtifactRequest, options: Options, slot: Slot, staged: Staged, progress: Progress
) -> Written:
    """Native model where possible; SavedModel with the same signatures in any case.

    Raises:
        MigrationError: ``EXP003``, ``EXP004`` or ``FMT018`` when not even the signatures can be kept.
    """
    with progress.phase("read"):
        info = read_saved_model(slot, staged, progress)
        _report_limits(info, progress)
    slot.warm()
    with progress.phase("reference"):
        params = load_params(staged, info)
        loaded = slot.legacy.call("load_saved_model", params)
        signatures: Signatures = loaded["signatures"]
        progress.signatures = {"old": dict(signatures)}
        _report_functions(info, signatures, progress)
        references = take_signature_references(slot, info, signatures, progress)
        recorded = recorded_calls(request, slot, signatures)
        proven = {name for name, _ in recorded}
        progress.findings = [f for f in progress.findings if f.code != "PAR005" or f.place not in proven]
    parts: dict[str, Path] = {}
    witnesses = [*recorded, *witnesses_of(references)]
    if Target.KERAS in options.targets and info["architecture"]:
        parts |= _migrate_natively(request, options, slot, staged, references, signatures, progress)
    elif Target.KERAS in options.targets and info["subclassed"]:
        parts |= _migrate_class(options, slot, staged, info, signatures, witnesses, progress)
    if Target.KERAS in options.targets and options.lift and not parts:
        parts |= lift_signature(slot, params, references, recorded, options, progress)
    if not parts:
        report_undeployed(options, progress)
    if Target.SAVED_MODEL in options.targets:
        by_names = info["reference_variables"] or info["tables_of_user"] or loaded["by_tensor_names"]
        method = "reexport_tf1" if by_names else "reexport"
        parts["saved_model"] = _reexport(slot, method, params, signatures, progress, parts)
        _report_keywords(signatures, progress)
        with progress.phase("reload"):
            for name, witness in witnesses:
                _compare_served(
                    slot, parts["saved_model"], name, signatures[name], witness, options, progress
                )
    if not parts:
        raise MigrationError(
            "EXP001",
            "the SavedModel holds no architecture of Keras layers, so that no .keras can be made",
            "Ask for --to savedmodel, which keeps the signatures, or say --lift.",
        )
    return Written(parts)


def read_saved_model(slot: Slot, staged: Staged, progress: Progress) -> dict[str, Any]:
    """What the file says of itself, before TensorFlow sees it.

    Raises:
        MigrationError: ``FMT022`` for an incomplete folder.
    """
    info = slot.reader.call("describe_saved_model", {"source": str(staged.source)})
    progress.facts = facts_of(info["artifact"])
    if info["missing"]:
        raise MigrationError(
            "FMT022",
            f"the SavedModel is incomplete: {', '.join(info['missing'][:3])} missing",
            "Fetch the whole folder again, with its variables.",
        )
    return info


def load_params(staged: Staged, info: Mapping[str, Any]) -> dict[str, Any]:
    """What a world needs to load the staged SavedModel as its file has it."""
    return {
        "path": str(staged.source),
        "orders": info["orders"],
        "tags": info["tags"],
        "functions": info["functions"],
    }


def _report_limits(info: Mapping[str, Any], progress: Progress) -> None:
    """Findings for what the exporter cannot express."""
    if len(info["tag_sets"]) > 1:
        others = [tags for tags in info["tag_sets"] if tags != info["tags"]]
        progress.findings.append(
            Finding(
                "EXP010",
                Severity.WARNING,
                f"only the meta graph {info['tags']} is exported; the tag sets {others} are left out",
                "Keep the old SavedModel for the other tag sets; the exporter writes one.",
            )
        )
    if SERVE not in info["tags"]:
        tags = info["tags"] or "no tag"
        progress.findings.append(
            Finding(
                "EXP014",
                Severity.INFO,
                f"the meta graph had {tags}, which servers do not load; it is exported with the tag {SERVE!r}",
                "Load it by its signatures, or as a server does; hub.Module asks for the old folder.",
            )
        )
    for name, method in info["methods"].items():
        if method not in ("", PREDICT):
            progress.findings.append(
                Finding(
                    "EXP011",
                    Severity.WARNING,
                    f"signature {name!r} answered {method.rsplit('/', 1)[-1]} requests and becomes a predict signature",
                    "Send predict requests with the same keys; the values are the same.",
                    name,
                )
            )


def _report_functions(info: Mapping[str, Any], signatures: Signatures, progress: Progress) -> None:
    """A note where functions stand in for signatures that the file does not have."""
    if signatures and not info["orders"]:
        keys = {name: [e["name"] for e in s["inputs"]] for name, s in signatures.items()}
        progress.findings.append(
            Finding(
                "EXP015",
                Severity.INFO,
                f"the SavedModel had no signature; its functions are served as {keys}",
                "From Python the loaded object is called as before; servers use these signatures.",
            )
        )


def _report_keywords(signatures: Signatures, progress: Progress) -> None:
    """Keys that servers take and Python functions cannot."""
    for name, signature in signatures.items():
        for key in (e["name"] for e in signature["inputs"] if keyword.iskeyword(e["name"])):
            progress.findings.append(
                Finding(
                    "EXP012",
                    Severity.WARNING,
                    f"input {key!r} of signature {name!r} is a Python keyword; servers take it as before, "
                    f"tf.saved_model.load calls the argument {key}_",
                    f"From Python, call signatures[{name!r}]({key}_=...).",
                    name,
                )
            )


def _migrate_natively(
    request: ArtifactRequest,
    options: Options,
    slot: Slot,
    staged: Staged,
    references: Mapping[str, Reference],
    signatures: Signatures,
    progress: Progress,
) -> dict[str, Path]:
    """The ``.keras``; a refusal becomes a finding, because the signatures can still be kept."""
    only_keras = replace(options, targets=options.targets - {Target.SAVED_MODEL})
    try:
        with progress.phase("translate"):
            translated = ask_reader(slot, staged.source, reader_params(staged, options))
            progress.rules = translated.rules
            progress.findings += translated.notes()
            translated.must_be_translated()
        reference = _reference_of_model(legacy_structure(slot), references.get(DEFAULT))
        written = migrate_layers(request, only_keras, slot, staged, translated, progress, reference)
    except MigrationError as error:
        _report_signatures_only(error, progress)
        return {}
    progress.signatures = {"old": dict(signatures), "new": progress.signatures["new"]}
    parts = dict(written.parts)
    if staged.custom_objects and CUSTOM not in parts:
        parts[CUSTOM] = write_sources([Path(path) for path in staged.custom_objects], slot.inputs / CUSTOM)
    return parts


def _migrate_class(
    options: Options,
    slot: Slot,
    staged: Staged,
    info: Mapping[str, Any],
    signatures: Signatures,
    witnesses: Sequence[tuple[str, Witness]],
    progress: Progress,
) -> dict[str, Path]:
    """The ``.keras`` of a model whose class the user gave; without it a finding says which one is wanted."""
    if not options.custom_objects:
        report_classes(info, progress)
        return {}
    calls = [witness for name, witness in witnesses if name == DEFAULT]
    try:
        parts = migrate_subclassed(slot, staged, options, signatures.get(DEFAULT), calls, progress)
    except MigrationError as error:
        _report_signatures_only(error, progress)
        return {}
    if info["trained"]:
        report_untrained(progress)
    return parts


def _report_signatures_only(error: MigrationError, progress: Progress) -> None:
    """A refusal of the layers becomes a finding, because the signatures can still be kept.

    Raises:
        MigrationError: the refusal itself, when a worker ended.
    """
    if error.code.startswith("RUN"):
        raise error
    progress.comparisons.clear()
    progress.witnesses.clear()
    progress.rules = []
    progress.findings.append(
        Finding(
            "EXP002",
            Severity.WARNING,
            f"no .keras was made ({error.code}): {error.message}",
            error.hint or "The SavedModel keeps working through its signatures.",
            error.place,
        )
    )


def _reference_of_model(model: Model, reference: Reference | None) -> Reference | None:
    """The default signature as a reference of the model: its keys arranged as the model's inputs and outputs."""
    if reference is None:
        return None
    wanted_inputs, wanted_outputs = _endpoints(model)
    inputs, outputs = reference.described["inputs"], reference.described["outputs"]
    input_order = _arrange([e["name"] for e in inputs], wanted_inputs)
    output_order = _arrange([e["name"] for e in outputs], wanted_outputs)
    if input_order is None or output_order is None:
        return None
    arrays = load_arrays(reference.probes)
    rearranged = {
        f"{k.split('/')[0]}/{input_order.index(int(k.split('/')[1]))}": a for k, a in arrays.items()
    }
    probes = reference.probes.with_name("model_probes.safetensors")
    save_arrays(probes, rearranged)
    expected = {
        f"{k.split('/')[0]}/{output_order.index(int(k.split('/')[1]))}": a
        for k, a in reference.outputs.items()
    }
    described = {
        "inputs": [inputs[i] for i in input_order],
        "outputs": [outputs[i] for i in output_order],
        "output_names": [outputs[i]["name"] for i in output_order],
    }
    return Reference(reference.evidence, described, probes, expected, ())


def _endpoints(model: Model) -> tuple[list[str], list[str]]:
    if model.topology is Topology.SEQUENTIAL:
        return [model.layers[0].name], [model.layers[-1].name]
    return [r.layer for r in structure_refs(model.inputs)], [r.layer for r in structure_refs(model.outputs)]


def _arrange(keys: list[str], wanted: list[str]) -> list[int] | None:
    """Position in ``keys`` for each wanted name; None when the names do not tell."""
    if len(keys) != len(wanted):
        return None
    if len(keys) == 1:
        return [0]
    seen: dict[str, int] = {}
    order = []
    for name in wanted:
        count = seen.get(name, 0)
        seen[name] = count + 1
        key = f"{name}_{count}" if count else name
        if key not in keys:
            return None
        order.append(keys.index(key))
    return order


def _reexport(
    slot: Slot,
    method: str,
    params: Mapping[str, Any],
    signatures: Signatures,
    progress: Progress,
    natively: Mapping[str, Path],
) -> Path:
    """Export the graph again, and check that the signatures are the same key by key.

    What the object offered to Python beside them is a native model's own where there is one.
    """
    with progress.phase("write"):
        reply = slot.modern.call(method, params)
        written = Path(reply["saved_model"])
        lost = [name for name in params["functions"] if name not in reply["functions"]]
        if lost and "model.keras" not in natively:
            progress.findings.append(
                Finding(
                    "EXP016",
                    Severity.WARNING,
                    f"Python can no longer call {', '.join(lost)} of the loaded object; the signatures are kept",
                    "Call signatures[NAME](...) of what tf.saved_model.load gives.",
                )
            )
    with progress.phase("reload"):
        described = slot.stock.call("describe_signatures", {"path": str(written)})["signatures"]
        must_keep_signatures(signatures, described)
        progress.signatures["served"] = described
    return written


def _compare_served(
    slot: Slot,
    written: Path,
    name: str,
    signature: Mapping[str, Any],
    witness: Witness,
    options: Options,
    progress: Progress,
) -> None:
    """Call a signature of the exported archive as a server will, and compare."""
    judge = Judge([e["name"] for e in signature["outputs"]], "", options.tolerance)
    results = outputs_of(
        slot.stock,
        witness.probes,
        "call_saved_model",
        path=str(written),
        signature=name,
        inputs=[e["name"] for e in signature["inputs"]],
        outputs=list(judge.names),
        stateful=bool(signature.get("stateful")),
    )
    comparisons = judge.compare(witness.outputs, results)
    must_agree(comparisons, f"signature {name!r} of the exported SavedModel")
    progress.comparisons += comparisons
    progress.witnesses.append(witness)
