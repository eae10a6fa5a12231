"""Files whose names promise another content are said to be so, and migrated as what they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrate.formats.artifact import Format
from migrate.formats.identify import identify
from migrate.formats.naming import misnamed
from tests.conftest import LEGACY_MODELS


@pytest.mark.parametrize(
    ("case", "codes"),
    [
        ("broken/h5_named_keras", ["FMT002"]),
        ("broken/h5_named_model", ["FMT002"]),
        ("broken/h5_without_suffix", ["FMT002"]),
        ("tf.keras-2.8/mlp-json", ["FMT005"]),
        ("tf.keras-2.12/weights_layout-json", []),
        ("tf.keras-2.8/train_adam", []),
        ("tf.keras-2.13/mlp-keras", []),
    ],
)
def test_names_of_authentic_files(case: str, codes: list[str]) -> None:
    folder = LEGACY_MODELS / case
    path = folder / json.loads((folder / "case.json").read_text(encoding="utf-8"))["artifact"]
    assert [finding.code for finding in misnamed(path.name, identify(path).format)] == codes


def test_an_archive_of_weights_under_another_name() -> None:
    (finding,) = misnamed(Path("a/weights.h5").name, Format.WEIGHTS_ARCHIVE)
    assert finding.code == "FMT005"
