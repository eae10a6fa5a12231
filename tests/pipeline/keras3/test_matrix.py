"""Archives held against releases of Keras 3, each in its own worker."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from migrate.dialects.keras3_minors.versions import parse_readers, reader
from migrate.findings import MigrationError
from migrate.pipeline.keras3.matrix import check_archives
from migrate.pipeline.keras3.reading import must_read
from migrate.pipeline.keras3.smallest import smallest_part
from migrate.pipeline.keras3.subjects import Checker
from migrate.pipeline.request import Options
from migrate.readers.environments import Backend, environment_of
from migrate.results import CheckedArchive, ReaderOutcome
from migrate.worlds.host.pool import Pool

pytestmark = pytest.mark.xdist_group("readers")  # its models are made once

WRITTEN = Path(__file__).parents[2] / "readers" / "archives"
"""Written by the Keras that each folder is named after (``scripts/readers/everyday.py``)."""


@pytest.fixture(scope="session")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keras 3.9, 3.13 and 3.15 above the TensorFlow of this environment."""
    cache = tmp_path_factory.mktemp("cache")
    try:
        for one in parse_readers("3.9.2,3.13.2,3.15.1"):
            environment_of(one, Backend.TENSORFLOW, cache)
    except MigrationError as error:
        pytest.skip(error.message)
    return cache


def outcomes(archive: CheckedArchive) -> list[ReaderOutcome]:
    return [reading.outcome for reading in archive.readings]


@pytest.mark.slow
def test_a_matrix_tells_equal_different_and_refused_apart(readers: Path, tmp_path: Path) -> None:
    names = ("dense", "functional_in_sequential")
    paths = [(WRITTEN / "3.9.2" / f"{name}.keras", f"old/{name}") for name in names]
    paths.append((WRITTEN / "3.15.1" / "dense.keras", "new/dense"))
    other = tmp_path / "dense.keras"
    other.write_bytes((WRITTEN / "3.9.2" / "dense.keras").read_bytes())
    wrong = {"inputs/0": np.ones((1, 5), "float32"), "outputs/0": np.full((1, 3), 0.5, "float32")}
    np.savez(tmp_path / "dense.golden.npz", **wrong)
    paths.append((other, "recorded/dense"))
    notes = tmp_path / "notes.keras"
    with zipfile.ZipFile(notes, "w") as archive:
        archive.writestr("config.json", json.dumps({"class_name": "Sequential", "config": {}}))
        archive.writestr("metadata.json", json.dumps({"keras_version": "2.15.0"}))
    paths.append((notes, "keras2"))
    checked = check_archives(
        paths, parse_readers("3.9.2,3.15.1"), [Backend.TENSORFLOW], tmp_path / "work", Options(), readers
    )
    by_name = {archive.source: archive for archive in checked}
    assert outcomes(by_name["old/dense"]) == [ReaderOutcome.EQUAL, ReaderOutcome.EQUAL]
    assert by_name["old/dense"].reference == "computed by Keras 3.9.2"
    assert outcomes(by_name["old/functional_in_sequential"]) == [ReaderOutcome.EQUAL, ReaderOutcome.DIFFERS]
    assert "shape" in by_name["old/functional_in_sequential"].readings[1].reason
    assert outcomes(by_name["new/dense"]) == [ReaderOutcome.DOES_NOT_LOAD, ReaderOutcome.EQUAL]
    assert "quantization_config" in by_name["new/dense"].readings[0].reason
    assert set(outcomes(by_name["recorded/dense"])) == {ReaderOutcome.DIFFERS}
    assert by_name["keras2"].readings == []
    assert by_name["keras2"].reference.startswith("RDR005")


@pytest.mark.slow
def test_int4_is_read_on_both_sides_of_3_14(readers: Path, tmp_path: Path) -> None:
    """By releases that know no int4, too; where they cannot share an archive, each side has its own."""
    files = {}
    with Pool(1, tmp_path / "work", sources=[WRITTEN]) as pool, pool.slot() as slot:
        checker = Checker(slot, Options(seed=0), readers, Backend.TENSORFLOW)
        paths = [(WRITTEN / version / "int4.keras", version) for version in ("3.13.2", "3.15.1")]
        for original in checker.with_references([checker.subject(path, version) for path, version in paths]):
            found = must_read(
                slot, checker.rewritten(original, "3.9.2,3.13.2,3.15.1"), Backend.TENSORFLOW, readers
            )
            assert original.reference == f"computed by Keras {original.source}"
            files[original.source] = [(one.reading.reader, one.reading.file) for one in found]
    whole, before = "model.keras", "model-before-3.14.keras"
    assert files["3.13.2"] == [("3.9.2", whole), ("3.13.2", whole), ("3.15.1", whole)]
    assert files["3.15.1"] == [("3.15.1", whole), ("3.9.2", before), ("3.13.2", before)]


@pytest.mark.slow
def test_the_smallest_part_that_differs_is_found(readers: Path, tmp_path: Path) -> None:
    """What 3.15 reads otherwise is a Dense behind a Functional model, whatever comes behind them."""
    archive = tmp_path / "model.keras"
    behind = {
        "module": "keras.layers",
        "class_name": "ReLU",
        "config": {"name": "relu"},
        "registered_name": None,
    }
    with (
        zipfile.ZipFile(WRITTEN / "3.9.2" / "functional_in_sequential.keras") as source,
        zipfile.ZipFile(archive, "w") as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "config.json":
                config = json.loads(content)
                config["config"]["layers"].append(behind)
                content = json.dumps(config).encode()
            target.writestr(name, content)
    found = smallest_part(
        archive, reader("3.15.1"), Backend.TENSORFLOW, tmp_path / "part", Options(seed=0), readers
    )
    assert found is not None
    assert found.classes == ("Functional", "Dense")
    assert "shape" in found.reason
    with zipfile.ZipFile(found.path) as part:
        assert sorted(part.namelist()) == ["config.json", "metadata.json", "model.weights.h5"]
