"""24 kinds of Lambda as six Pythons compiled them (``../shared``): translated without TensorFlow."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.dialects.translate import era_of, translate
from migrate.findings import Severity
from migrate.formats.read import read
from migrate.scan.files import scan_one
from tests.conftest import LEGACY_MODELS

_FOLDER = LEGACY_MODELS.parent.parent / "shared/user_code/b-lambda"
CASES = sorted(path for path in _FOLDER.glob("*/model.h5") if "vae" not in path.parent.name)


@pytest.mark.skipif(not CASES, reason="the shared cases are not here")
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_lambda_becomes_operations(path: Path) -> None:
    findings = scan_one(path).findings
    assert [(f.code, f.severity) for f in findings] == [("SEC001", Severity.WARNING)]
    artifact = read(path)
    translation = translate(artifact, era_of(artifact))
    version = path.parent.name.rpartition("-py")[2]
    (said,) = (f.message for f in translation.notes.findings if f.code == "CFG130")
    assert version in said.rpartition("(")[2]
    assert not any(layer.class_name == "Lambda" for _, layer in translation.modern.walk())
