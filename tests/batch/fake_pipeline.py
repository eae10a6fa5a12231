"""A pipeline without frameworks, whose behaviour is written in the name of the file that it is given."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from migrate.findings import MigrationError, Status
from migrate.formats.identify import identify
from migrate.formats.limits import sha256_of
from migrate.outcomes import WORKER_ENDED
from migrate.pipeline.publish import must_be_free, publish
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.results import ArtifactResult, MigrationRecord, Outputs, WrittenBy
from migrate.versions import tool_versions
from migrate.worlds.host.pool import Slot


def gate(request: ArtifactRequest, name: str) -> None:
    """Say that a place is reached, and wait there while the test keeps it closed."""
    closed = request.out.parent / f"gate-{name}"
    if closed.exists():
        (request.out.parent / f"reached-{name}").touch()
        while closed.exists():
            time.sleep(0.02)


def migrate(request: ArtifactRequest, options: Options, slot: Slot) -> ArtifactResult:
    """Behave as the name says, and publish something."""
    name = request.path.name
    with (request.out.parent / "calls.log").open("a") as log:
        log.write(f"{request.source}\n")
    gate(request, "begun")
    try:
        must_be_free(request.out / request.folder, options.force)
        behave(name, request, slot)
        if request.path.is_dir():
            identify(request.path)  # as the real one, it says why a folder cannot be read
        sha256 = sha256_of(request.path) if request.path.exists() else ""
        file = request.path / "saved_model.pb" if request.path.is_dir() else request.path
        content = file.read_bytes() if file.exists() else b""
        result = ArtifactResult(
            source=request.source,
            sha256=sha256,
            format="hdf5-model",
            written_by=WrittenBy("2.11.0"),
            status=Status.MIGRATED,
            outputs=Outputs(keras=f"{request.folder}/model.keras"),
        )
        part = slot.inputs / "model.keras"
        part.write_bytes(content * (200 if "large" in name else 1))
        gate(request, "before-publish")
        record = MigrationRecord(
            1, tool_versions(), result, [], [], [], [], {}, {}, {}, [], {"build": 0.25},
            made_for=dict(request.made_for), classes=["Dense"],
        )  # fmt: skip
        publish(request.out / request.folder, {"model.keras": part}, record)
        gate(request, "published")
    except MigrationError as error:
        if error.code in WORKER_ENDED:
            raise
        return ArtifactResult(
            request.source, "", "hdf5-model", WrittenBy(), Status.FAILED,
            findings=[{"code": error.code, "severity": "error", "message": error.message}],  # type: ignore[list-item]
        )  # fmt: skip
    return result


def behave(name: str, request: ArtifactRequest, slot: Slot) -> None:
    marker = request.out.parent / f"tried-{name}"
    first = not marker.exists()
    marker.touch()
    if name.startswith("segfault") or (name.startswith("once") and first):
        os.kill(os.getpid(), signal.SIGSEGV)
    if name.startswith("worker"):
        slot.reader.ready()
        assert slot.reader.pid is not None
        os.kill(slot.reader.pid, signal.SIGBUS)
        slot.reader.call("identify_many", {"paths": []})
    if name.startswith("hang"):
        time.sleep(300)
    if name.startswith("memory"):
        keep = []
        while True:
            keep.append(bytearray(b"x") * (32 << 20))
            time.sleep(0.02)
    if name.startswith("bug"):
        raise TypeError("a fault of the pipeline")
    if name.startswith("vanish"):
        request.path.unlink()
    if name.startswith("change"):
        with request.path.open("ab") as file:
            file.write(b"more")
    if name.startswith("locked"):
        slot.reader.ready()
    if name.startswith("slow"):
        time.sleep(0.3)
    gate(request, "started")


def path_of_this_file() -> str:
    return f"{Path(__file__).resolve()}:migrate"
