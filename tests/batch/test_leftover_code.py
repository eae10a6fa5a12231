"""Workers that an author's code ran in serve no other artifact."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.batch.job import leaves_code
from migrate.findings import Status
from migrate.pipeline.request import Options
from migrate.results import ArtifactResult, FindingRecord, Outputs, WrittenBy

SOURCE = Options(source=(Path("/repository"),))
BUILDER = Options(architecture="/repository/build.py:model")


def result(status: Status, *, objects: str | None = None, code: str = "") -> ArtifactResult:
    findings = [FindingRecord(code, "error", "")] if code else []
    return ArtifactResult(
        "m.h5", "", "hdf5-model", WrittenBy(), status, Outputs(custom_objects=objects), findings=findings
    )


@pytest.mark.parametrize(
    ("options", "made", "leaves"),
    [
        (Options(), result(Status.MIGRATED), False),
        (Options(), result(Status.FAILED), False),
        (SOURCE, result(Status.MIGRATED), False),
        (SOURCE, result(Status.MIGRATED, objects="m/custom_objects.py"), True),
        (SOURCE, result(Status.FAILED), True),
        (SOURCE, result(Status.SKIPPED), False),
        (BUILDER, result(Status.UNVERIFIED), True),
        (Options(architecture="/a/model.json"), result(Status.FAILED), False),
        (Options(trust=True), result(Status.MIGRATED, code="SEC001"), True),
        (Options(trust=True), result(Status.MIGRATED), False),
    ],
)
def test_only_workers_that_ran_no_code_go_on(options: Options, made: ArtifactResult, leaves: bool) -> None:
    assert leaves_code(options, made) is leaves
