"""The reference: what the original computes, from the strongest witness that can be had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrate.capsule.model import Array, Model
from migrate.capsule.store import save_arrays
from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.artifact import ARCHITECTURES
from migrate.parity.probes import ATTEMPTS, input_specs, make_probes
from migrate.pipeline.answers import arrays_of
from migrate.pipeline.request import Options, parse_shape
from migrate.pipeline.staging import Staged
from migrate.pipeline.translated import Translated, ask_reader, legacy_structure
from migrate.worlds.custom import names_in
from migrate.worlds.pool import Slot
from migrate.worlds.taking import take
from migrate.worlds.worker import WorldError


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


def take_reference(slot: Slot, staged: Staged, translated: Translated, options: Options) -> Reference:
    """Let tf-keras load the untouched file; where it cannot, let it build from the repaired configuration.

    Raises:
        MigrationError: ``PAR004`` when the legacy world can do neither: there is no reference.
    """
    findings: list[Finding] = []
    witnesses = [("original", _load_original)] if translated.original and not translated.initialised else []
    witnesses.append(("reconstructed", _reconstruct))
    model = legacy_structure(slot)
    for evidence, load in witnesses:
        try:
            described = load(slot, staged, translated, options)
            probes, outputs = _run(slot, model, described)
        except WorldError as error:
            findings.append(
                Finding("PAR002", Severity.INFO, f"no {evidence} reference: {_one_line(error.message)}")
            )
            continue
        return Reference(evidence, described, probes, outputs, tuple(findings))
    raise MigrationError(
        "PAR004",
        f"the legacy world gives no reference: {findings[-1].message}",
        "Record inputs and outputs with the original framework as MODEL.golden.npz beside the model.",
    )


def _load_original(slot: Slot, staged: Staged, translated: Translated, options: Options) -> dict[str, Any]:
    params: dict[str, Any] = {
        "source": str(staged.source),
        "custom_objects": list(staged.custom_objects),
        "trust": options.trust,
    }
    if staged.architecture is not None:
        params["architecture"] = str(slot.reader.scratch / "architecture.json")
    return slot.legacy.call("load_original", params)


def _reconstruct(slot: Slot, staged: Staged, translated: Translated, options: Options) -> dict[str, Any]:
    params = reader_params(staged, options)
    if translated.initialised:
        params["initialised"] = translated.initialised
    ask_reader(slot, staged.source, params, reconstruct=True)
    return slot.legacy.call("build", _keras2(slot, staged))


def draw_weights(slot: Slot, staged: Staged, options: Options) -> str:
    """Weights for an architecture that has none, drawn in the legacy world; the file that holds them.

    Raises:
        MigrationError: tf-keras cannot build the architecture.
    """
    ask_reader(slot, staged.source, reader_params(staged, options), reconstruct=True).must_be_translated()
    reply = slot.legacy.call("build", {**_keras2(slot, staged), "initialised": "initialised.safetensors"})
    return str(take(slot.legacy, reply.get("file"), "initialised.safetensors"))


def _keras2(slot: Slot, staged: Staged) -> dict[str, Any]:
    return {
        "folder": str(slot.reader.scratch),
        "stem": "legacy",
        "config": "keras2.json",
        "custom_objects": list(staged.custom_objects),
    }


def reader_params(staged: Staged, options: Options) -> dict[str, Any]:
    """What the reader needs to know beside the source."""
    return {
        "architecture": str(staged.architecture) if staged.architecture else None,
        "keep_weights": options.keep_weights,
        "input_shape": parse_shape(options.input_shape) if options.input_shape else None,
        "backend": options.backend,
        "custom": names_in(staged.custom_objects),
        "stock": list(options.stock_names),
        "define": list(options.define),
        "proven": staged.recorded and staged.format not in ARCHITECTURES,
    }


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
        return probes, arrays_of(slot.legacy, reply)
    raise AssertionError("unreachable: the last attempt returns or raises")


def _one_line(text: str, limit: int = 300) -> str:
    return " ".join(text.split())[:limit]
