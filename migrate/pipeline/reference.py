"""The reference: what the original computes, from the strongest witness that can be had."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrate.capsule.model import Array, Model
from migrate.capsule.store import load_arrays, save_arrays, save_model
from migrate.dialects.emit import emit_keras2
from migrate.dialects.translate import Translation
from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.artifact import Format, LegacyArtifact
from migrate.parity.probes import ATTEMPTS, input_specs, make_probes
from migrate.worlds.pool import Slot
from migrate.worlds.worker import WorldError

_ORIGINAL_SUFFIX = {
    Format.HDF5_MODEL: ".h5",
    Format.HDF5_WEIGHTS: ".h5",
    Format.KERAS_ARCHIVE: ".keras",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """Probe inputs and what the legacy world made of them.

    Attributes:
        evidence: ``original`` or ``reconstructed``.
        described: inputs and outputs of the legacy model as its world describes them.
        probes: file of the probe inputs, readable by every world of the slot.
        outputs: arrays named ``case/output``.
        findings: why a stronger witness was not used.
    """

    evidence: str
    described: Mapping[str, Any]
    probes: Path
    outputs: Mapping[str, Array]
    findings: tuple[Finding, ...]


def take_reference(
    slot: Slot, artifact: LegacyArtifact, translation: Translation, custom_objects: list[str], trust: bool
) -> Reference:
    """Let tf-keras load the untouched file; where it cannot, let it build from the repaired configuration.

    Raises:
        MigrationError: ``PAR004`` when the legacy world can do neither: there is no reference.
    """
    findings: list[Finding] = []
    witnesses = [] if _original_differs(translation) else [("original", _load_original)]
    witnesses.append(("reconstructed", _reconstruct))
    for evidence, load in witnesses:
        try:
            described = load(slot, artifact, translation, custom_objects, trust)
            probes, outputs = _run(slot, translation.legacy, described)
        except WorldError as error:
            findings.append(
                Finding("PAR002", Severity.INFO, f"no {evidence} reference: {_one_line(error.message)}")
            )
            continue
        return Reference(evidence, described, probes, outputs, tuple(findings))
    raise MigrationError(
        "PAR004",
        f"the legacy world gives no reference: {findings[-1].message if findings else 'not tried'}",
        "Record inputs and outputs with the original framework as MODEL.golden.npz beside the model.",
    )


def _original_differs(translation: Translation) -> bool:
    """Whether a rule fired whose era computes something else than tf-keras does today."""
    from migrate.dialects.rule import overrides_original

    return any(overrides_original(fired.code) for fired in translation.notes.fired)


def _load_original(
    slot: Slot, artifact: LegacyArtifact, translation: Translation, custom_objects: list[str], trust: bool
) -> dict[str, Any]:
    suffix = _ORIGINAL_SUFFIX.get(artifact.format)
    staged = slot.inputs / f"original{suffix}"
    if not staged.exists():
        shutil.copyfile(artifact.source, staged)
    params: dict[str, Any] = {"source": str(staged), "custom_objects": custom_objects, "trust": trust}
    if artifact.format is Format.HDF5_WEIGHTS:
        architecture = slot.inputs / "architecture.json"
        architecture.write_text(json.dumps(artifact.architecture), encoding="utf-8")
        params["architecture"] = str(architecture)
    return slot.legacy.call("load_original", params)


def _reconstruct(
    slot: Slot, artifact: LegacyArtifact, translation: Translation, custom_objects: list[str], trust: bool
) -> dict[str, Any]:
    folder = slot.inputs
    save_model(translation.legacy, folder, "legacy")
    (folder / "keras2.json").write_text(json.dumps(emit_keras2(translation.legacy)), encoding="utf-8")
    return slot.legacy.call(
        "build",
        {"folder": str(folder), "stem": "legacy", "config": "keras2.json", "custom_objects": custom_objects},
    )


def _run(slot: Slot, model: Model, described: Mapping[str, Any]) -> tuple[Path, Mapping[str, Array]]:
    """Run the held model on probes, larger ones where a model rejects small images."""
    specs = input_specs(model, described["inputs"])
    probes = slot.inputs / "probes.safetensors"
    for attempt in range(ATTEMPTS):
        save_arrays(probes, make_probes(specs, attempt))
        try:
            reply = slot.legacy.call("predict", {"probes": str(probes), "out": "reference.safetensors"})
        except WorldError:
            if attempt == ATTEMPTS - 1 or not any(len(s.shape) >= 4 and None in s.shape[1:] for s in specs):
                raise
            continue
        return probes, load_arrays(Path(reply["file"]))
    raise AssertionError("unreachable: the last attempt returns or raises")


def _one_line(text: str, limit: int = 300) -> str:
    return " ".join(text.split())[:limit]
