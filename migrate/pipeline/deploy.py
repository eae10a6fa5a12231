"""The formats of `migrate.deployments`: written from the model that was proven, compared through their own runtimes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from migrate.deployments import DEPLOYMENTS
from migrate.findings import MigrationError, Severity
from migrate.parity.compare import Comparison
from migrate.pipeline.progress import Progress, ReferenceRun
from migrate.pipeline.proof import Comparator, must_agree, outputs_of
from migrate.pipeline.request import Options, Target
from migrate.pipeline.torch_source import layers_agree, write_folder
from migrate.worlds.contracts.modern import Deploy, RunDeployed
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.taking import take

_REFUSALS = frozenset({"EXP024", "EXP028", "PAR001"})


def deploy(
    slot: Slot, options: Options, judge: Comparator, witnesses: Sequence[ReferenceRun], progress: Progress
) -> dict[str, Path]:
    """Write the model in the modern world in each requested deployment format.

    A format that cannot express the model gives a finding and no file; the other outputs do not depend on it.

    Raises:
        MigrationError: ``EXP023`` for a package that is not installed.
    """
    parts = {}
    for target in _wanted(options):
        try:
            with progress.phase(target.value):
                file, comparisons = _write_and_prove(slot, target, judge, witnesses)
        except MigrationError as error:
            if error.code not in _REFUSALS:
                raise
            progress.findings.append(error.finding(Severity.WARNING))
            continue
        parts[file.name] = file
        progress.comparisons += comparisons
    return parts


def report_undeployed(options: Options, progress: Progress) -> None:
    """A finding for each requested format if there is no layer model to write."""
    for target in _wanted(options):
        error = MigrationError(
            "EXP024",
            f"no {target.value} was written: the exporters need a model of Keras layers, which is missing",
            "Pass --lift, which converts the graph to layers where possible.",
        )
        progress.findings.append(error.finding(Severity.WARNING))


def _wanted(options: Options) -> list[Target]:
    return [Target(name) for name in DEPLOYMENTS if name in options.targets]


def _write_and_prove(
    slot: Slot, target: Target, judge: Comparator, witnesses: Sequence[ReferenceRun]
) -> tuple[Path, list[Comparison]]:
    reply = slot.modern.ask(Deploy(target.value))
    name = DEPLOYMENTS[target].output
    is_source = target is Target.TORCH
    file = write_folder(slot, reply, name) if is_source else take(slot.modern, reply.file, name)
    found: list[Comparison] = []
    for witness in witnesses:
        results = outputs_of(slot.modern, RunDeployed(witness.probes, format=target.value, file=file))
        # These formats keep no state between calls.
        first = {key: array for key, array in witness.outputs.items() if key in results or witness.calls == 1}
        comparisons = judge.compare(first, results, witness.slack)
        must_agree(comparisons, f"the model as {target.value}, run by its own runtime")
        found += comparisons
    if is_source:
        layers_agree(slot, file, witnesses, judge)
    return file, found
