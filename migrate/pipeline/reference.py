"""The reference: the outputs of the original, from the strongest available source."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from migrate.capsule.ends import DescribedModel, Ends
from migrate.capsule.model import Array, Model
from migrate.capsule.store import save_arrays
from migrate.dialects.own_layers import own_layers
from migrate.dialects.variables import own_roles
from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.artifact import ARCHITECTURES
from migrate.parity.input_specs import InputSpec, input_specs
from migrate.parity.probes import FIRST, Attempt, attempts, make_probes
from migrate.pipeline.proof import outputs_of
from migrate.pipeline.request import Options, parse_shape
from migrate.pipeline.staging import Staged
from migrate.pipeline.translated import legacy_structure
from migrate.printable import one_line
from migrate.worlds.contracts.legacy import DrawWeights, LoadOriginal, Reconstruct
from migrate.worlds.contracts.models import Predict
from migrate.worlds.contracts.reader import Translate, Translated
from migrate.worlds.host.custom_names import names_in
from migrate.worlds.host.ends import WorkerDied, WorkerMemory, WorldError
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.taking import take

STATEFUL_CALLS = 3
"""The second call shows the state left by the first, the third that left by the second."""
_UNKNOWN = re.compile(
    r"(?:Unknown|Could not interpret) (layer|activation function|initializer|regularizer|constraint)"
    r"(?: identifier)?: '?([^\s'.]+)"
)
"""How tf-keras reports an unknown name (``serialization_lib.py`` and the ``get`` functions of 2.15)."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Probe inputs and the outputs of the legacy world.

    Attributes:
        evidence: ``original`` or ``reconstructed``.
        described: inputs and outputs of the legacy model as its world describes them.
        probes: file of the probe inputs, readable by every world of the slot.
        outputs: arrays named ``case/output``.
        findings: why a stronger reference was not used.
        specs: the specifications that the probes were made from, empty if the legacy world holds no model.
        attempt: how they were drawn.
        calls: of each case in a row: several if the model is stateful.
    """

    evidence: str
    described: Ends
    probes: Path
    outputs: Mapping[str, Array]
    findings: tuple[Finding, ...]
    specs: tuple[InputSpec, ...] = ()
    attempt: Attempt = FIRST
    calls: int = 1


@dataclass(frozen=True, slots=True)
class _Run:
    described: Ends
    probes: Path
    outputs: Mapping[str, Array]
    specs: tuple[InputSpec, ...]
    attempt: Attempt
    calls: int


def take_reference(slot: Slot, staged: Staged, translated: Translated, options: Options) -> Reference:
    """Let tf-keras load the untouched file; if it cannot, let it build from the repaired configuration.

    Raises:
        MigrationError: ``PAR004`` if the legacy world can do neither: there is no reference.
    """
    findings: list[Finding] = []
    witnesses = [("original", _load_original)] if translated.original and staged.initialised is None else []
    witnesses.append(("reconstructed", _reconstruct))
    model = legacy_structure(slot)
    for evidence, load in witnesses:
        try:
            again = partial(load, slot, staged, translated, options)
            run = _run(slot, model, again, options.seed or 0)
        except WorldError as error:
            findings.append(
                Finding("PAR002", Severity.INFO, f"no {evidence} reference: {one_line(error.message, 300)}")
            )
            continue
        return Reference(
            evidence,
            run.described,
            run.probes,
            run.outputs,
            tuple(findings),
            run.specs,
            run.attempt,
            run.calls,
        )
    raise MigrationError(
        "PAR004",
        f"the legacy world provides no reference: {findings[-1].message}",
        "Record inputs and outputs with the original framework as MODEL.golden.npz next to the model.",
    )


def _load_original(slot: Slot, staged: Staged, translated: Translated, options: Options) -> DescribedModel:
    architecture = slot.reader.scratch / "architecture.json" if staged.architecture is not None else None
    return slot.legacy.ask(
        LoadOriginal(staged.source, list(staged.custom_objects), options.trust, architecture)
    )


def _reconstruct(slot: Slot, staged: Staged, translated: Translated, options: Options) -> DescribedModel:
    slot.reader.ask(msgspec.structs.replace(question_of(staged, options), reconstruct=True))
    return slot.legacy.ask(Reconstruct(slot.reader.scratch, list(staged.custom_objects)))


def draw_weights(slot: Slot, staged: Staged, options: Options) -> Path:
    """Weights for an architecture that has none, initialised in the legacy world; returns the file.

    Raises:
        MigrationError: tf-keras cannot build the architecture.
    """
    asked = msgspec.structs.replace(question_of(staged, options), reconstruct=True)
    slot.reader.ask(asked).must_be_translated()
    try:
        drawn = slot.legacy.ask(
            DrawWeights(slot.reader.scratch, list(staged.custom_objects), "initialised.safetensors")
        )
    except WorldError as error:
        raise refused_architecture(error) from error
    return take(slot.legacy, drawn.file, "initialised.safetensors")


def refused_architecture(error: WorldError) -> MigrationError:
    """The error of tf-keras for an architecture, as a reason: an unknown object, or anything else."""
    unknown = _UNKNOWN.search(error.message)
    if error.code != "RUN005":
        return error
    if unknown is not None:
        kind, name = unknown.groups()
        return MigrationError(
            "CFG005",
            f"the architecture uses the {kind} {name!r}, which is not part of Keras",
            f"Supply its definition with --custom-objects FILE.py (it must define {name}).",
            place=name,
        )
    return MigrationError(
        "CFG099",
        f"tf-keras refuses the architecture: {one_line(error.message, 300)}",
        "Put the weights next to it, or pass it with --architecture for them: this gives more information about the "
        "model.",
    )


def question_of(staged: Staged, options: Options) -> Translate:
    """What the reader needs to know to translate a staged artifact."""
    return Translate(
        staged.source,
        staged.architecture,
        keep_weights=options.keep_weights,
        input_shape=parse_shape(options.input_shape) if options.input_shape else None,
        backend=options.backend,
        custom=tuple(dict.fromkeys(names_in([*staged.custom_objects, *staged.modern_objects]))),
        stock=tuple(options.stock_names),
        define=tuple(options.define),
        sources=tuple(staged.sources()),
        initialised=staged.initialised,
        trust=options.trust,
        proven=staged.recorded and staged.format not in ARCHITECTURES,
        modules=dict(staged.modules),
        unused=staged.unused,
    )


def _run(slot: Slot, model: Model, load: Callable[[], DescribedModel], seed: int) -> _Run:
    """Load the model and run it on probes: larger and smaller ones if it rejects the first.

    Raises:
        WorldError: the model's error for the first probes, if it accepts none.
        WorkerDied, WorkerMemory: the first probes ended its process, and so did all others.
    """
    described = load()
    specs = tuple(input_specs(model, described.inputs))
    probes = slot.inputs / "probes.safetensors"
    calls = STATEFUL_CALLS if any(layer.config.get("stateful") for _, layer in model.walk()) else 1
    refusal: MigrationError | None = None
    # An author's layer may size a tensor by the largest number in its input.
    careful = any(True for layer in model.layers for _ in own_layers(layer, (layer.name,), own_roles))
    for attempt in attempts(specs):
        if careful and not attempt.tame:
            continue
        save_arrays(probes, make_probes(specs, attempt, seed))
        try:
            outputs = outputs_of(slot.legacy, Predict(probes, calls))
        except WorldError as error:
            refusal = refusal or error
            continue
        except (WorkerDied, WorkerMemory) as error:
            refusal = refusal or error
            load()
            continue
        return _Run(described, probes, outputs, specs, attempt, calls)
    assert refusal is not None
    raise refusal
