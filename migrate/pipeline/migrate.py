"""Migrate one artifact: its kind decides how; every path ends with proof or with a reason."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace

import msgspec

from migrate.bytecode.definitions import known_values
from migrate.deployments import DEPLOYMENTS
from migrate.findings import MigrationError, Severity, Status
from migrate.formats.artifact import ARCHITECTURES, BARE_GRAPHS, Format
from migrate.formats.companions import lone_architecture, unused_architecture
from migrate.formats.naming import misnamed
from migrate.formats.pickled_classes import pickled_classes
from migrate.formats.read import refusal
from migrate.outcomes import WORKER_ENDED, severity_of, status_of
from migrate.parity.golden import find_golden
from migrate.pipeline.evidence import strongest, weigh
from migrate.pipeline.keras3.archive import is_keras3, migrate_keras3
from migrate.pipeline.layered import migrate_layers
from migrate.pipeline.lift import migrate_graph
from migrate.pipeline.own_code import rewritten_code, with_own_code
from migrate.pipeline.own_code_hints import explained, tell_where
from migrate.pipeline.progress import Progress, Written
from migrate.pipeline.publish import must_be_free, publish
from migrate.pipeline.readings import choose_reading
from migrate.pipeline.reference import draw_weights, question_of
from migrate.pipeline.request import ArtifactRequest, Backend, Options
from migrate.pipeline.result import artifact_result, migration_record
from migrate.pipeline.safety import must_be_safe, must_write_safely
from migrate.pipeline.saved_model import migrate_saved_model
from migrate.pipeline.serving import add_version
from migrate.pipeline.staging import Staged, stage
from migrate.pipeline.user_names import UserNames
from migrate.results import ArtifactResult, Outputs
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.scratch import shortage

_FROM_THE_SYSTEM = frozenset({"RUN005", "FMT021"})
"""Effects of a full disk: a worker that cannot write, a file that cannot be copied to where workers read it."""

_IN_DOUBT = frozenset({"PAR021", "CFG058"})
"""Assumptions about a file that both worlds share and that only a recording can resolve."""


def migrate_artifact(request: ArtifactRequest, options: Options, slot: Slot) -> ArtifactResult:
    """Migrate one artifact with the workers of a slot.

    The content of a file never causes an exception: every refusal is a status with a reason code.

    Raises:
        MigrationError: one of ``WORKER_ENDED``, for the batch to retry.
    """
    start = time.perf_counter()
    if options.seed is None:
        options = msgspec.structs.replace(options, seed=secrets.randbits(32))
    progress = Progress(UserNames(request.path.name, slot.folder), seed=options.seed)
    try:
        return _migrate(request, options, slot, progress, start)
    except MigrationError as error:
        if error.code in WORKER_ENDED:
            raise
        slot.must_have_had_room()
        if error.code in _FROM_THE_SYSTEM:
            error = shortage(slot.folder) or error
        progress.findings.append(error.finding(severity_of(error.code)))
        progress.evidence = strongest(progress.witnesses)
        seconds = time.perf_counter() - start
        return artifact_result(request, progress, status_of(error.code), Outputs(), seconds)


def _migrate(
    request: ArtifactRequest, options: Options, slot: Slot, progress: Progress, start: float
) -> ArtifactResult:
    must_be_free(request.out / request.folder, options.force)
    with progress.phase("scan"):
        staged = stage(request.path, options, slot, request.golden)
        if not staged.format.is_model:
            raise refusal(staged.found)
        progress.findings += misnamed(request.path.name, staged.format)
        progress.findings += unused_architecture(staged.format, options.architecture)
        progress.findings += pickled_classes(request.path)
        known = known_values(staged.sources(), options.define)
        progress.findings += must_be_safe(
            slot,
            staged.scanned,
            options.trust,
            interprets=True,
            defined=known,
            graph_computes=staged.format is Format.SAVED_MODEL,
        )
        staged = with_own_code(request.path, staged, options, slot, progress)
    try:
        if staged.format is Format.SAVED_MODEL:
            written = migrate_saved_model(request, options, slot, staged, progress)
        elif is_keras3(slot, staged, options):
            written = migrate_keras3(request, options, slot, staged, progress)
        elif staged.format in BARE_GRAPHS:
            written = migrate_graph(request, options, slot, staged, progress)
        else:
            written = _migrate_file(request, options, slot, staged, progress)
    except MigrationError as error:
        raise explained(error, request.path, staged, options, slot, request.out, progress) from error
    tell_where(request.path, staged, options, slot, progress)
    progress.rules = [*progress.rules, *rewritten_code(progress)]
    must_write_safely(slot, written.parts)
    slot.must_have_had_room()
    status = weigh(progress)
    if progress.invented:
        status = Status.UNVERIFIED
    result = artifact_result(
        request, progress, status, _outputs(request, written), time.perf_counter() - start
    )
    hello = slot.legacy.hello
    record = migration_record(progress, result, list(hello.protections) if hello else [], request.made_for)
    publish(request.out / request.folder, written.parts, record)
    if options.serving is not None and "saved_model" in written.parts:
        add_version(request.out / request.folder / "saved_model", options.serving / request.folder)
    return result


def _migrate_file(
    request: ArtifactRequest, options: Options, slot: Slot, staged: Staged, progress: Progress
) -> Written:
    if staged.format in ARCHITECTURES:
        with progress.phase("reference"):
            staged = replace(staged, initialised=draw_weights(slot, staged, options))
        alone = lone_architecture(request.path)
        progress.invented = alone.severity is Severity.WARNING
        progress.findings.append(alone)
    with progress.phase("translate"):
        question = question_of(staged, options)
        translated = slot.reader.ask(question)
        if translated.readings and translated.refusal is None:
            choice = choose_reading(request, options, slot, staged, question, translated)
            options = msgspec.structs.replace(options, backend=Backend(choice.backend))
            translated = slot.reader.ask(msgspec.structs.replace(question, backend=choice.backend))
            progress.findings.append(choice.finding)
            progress.ambiguous = progress.ambiguous or not choice.settled
        progress.facts, progress.rules = translated.artifact, translated.rules
        progress.classes = translated.classes
        progress.findings += translated.findings
        translated.must_be_translated()
        if any(finding.code in _IN_DOUBT for finding in progress.findings):
            progress.ambiguous = progress.ambiguous or not (request.golden or find_golden(request.path))
    return migrate_layers(request, options, slot, staged, translated, progress)


def _outputs(request: ArtifactRequest, written: Written) -> Outputs:
    def path(name: str) -> str | None:
        return f"{request.folder}/{name}" if name in written.parts else None

    return Outputs(
        path("model.keras"),
        path("saved_model"),
        path("custom_objects.py"),
        **{name: path(deployment.output) for name, deployment in DEPLOYMENTS.items()},
    )
