"""One model for Keras 2 and Keras 3: which files are written, when it is refused, and what the loader loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from migrate.dialects.keras3_minors.versions import parse_targets
from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.pipeline.keras3.eras import LOADER, files_for_eras
from migrate.pipeline.progress import Progress, ReferenceRun
from migrate.pipeline.staging import Staged
from migrate.results import Untouched, UntouchedOutcome
from migrate.worlds.contracts.reader import Facts

KERAS = """
__version__ = "{version}"
class models:
    @staticmethod
    def load_model(path, **options):
        return path, options
"""


def files(
    tmp_path: Path,
    wanted: str = "tf2.8,3",
    *,
    writer: str | None = "2.4.3",
    evidence: str = "original",
    form: Format = Format.HDF5_MODEL,
    untouched: UntouchedOutcome | None = UntouchedOutcome.DOES_NOT_LOAD,
) -> tuple[dict[str, Path], Progress]:
    source = tmp_path / "original.h5"
    source.write_bytes(b"as Keras 2 wrote it")
    folder = tmp_path / "inputs"
    folder.mkdir()
    progress = Progress(facts=Facts("", form.value, writer, None, None))
    progress.witnesses.append(ReferenceRun(evidence, "tf-keras", source, {}))
    progress.untouched = Untouched(untouched) if untouched else None
    staged = cast("Staged", SimpleNamespace(format=form, source=source))
    return files_for_eras(parse_targets(wanted).eras, staged, progress, folder), progress


def test_two_files_and_a_loader(tmp_path: Path) -> None:
    parts, progress = files(tmp_path)
    assert sorted(parts) == ["load_model.py", "model-keras2.h5"]
    assert parts["model-keras2.h5"].read_bytes() == b"as Keras 2 wrote it"
    assert progress.findings[-1].code == "RDR008"
    assert "load_model.py selects the right one" in progress.findings[-1].message


def test_one_file_where_keras_3_computes_the_same_of_it(tmp_path: Path) -> None:
    parts, progress = files(tmp_path, untouched=UntouchedOutcome.EQUAL)
    assert sorted(parts) == ["model-keras2.h5"]
    assert "alone serves both" in progress.findings[-1].message


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"writer": "2.13.1"}, "Keras 2.13.1 wrote the file"),
        ({"writer": "1.2.2"}, "Keras 1.2.2 wrote the file"),
        ({"writer": None}, "does not say which Keras"),
        ({"evidence": "reconstructed"}, "tf-keras does not load the file unmodified"),
        ({"evidence": "golden"}, "tf-keras does not load the file unmodified"),
        ({"form": Format.SAVED_MODEL}, "load_model"),
        ({"wanted": "tf2.15,tf2.4,3", "writer": "2.8.0"}, "no file for tf2.4"),
    ],
)
def test_what_nothing_speaks_for_is_refused(tmp_path: Path, changes: dict[str, object], told: str) -> None:
    with pytest.raises(MigrationError, match=told) as raised:
        files(tmp_path, **changes)  # type: ignore[arg-type]
    assert raised.value.code == "RDR007"


@pytest.mark.parametrize(("version", "loaded"), [("2.8.0", "model-keras2.h5"), ("3.9.2", "model.keras")])
def test_the_loader_takes_the_file_of_its_keras(tmp_path: Path, version: str, loaded: str) -> None:
    (tmp_path / "keras.py").write_text(KERAS.format(version=version))
    (tmp_path / "load_model.py").write_bytes(LOADER.read_bytes())
    (tmp_path / "custom_objects.py").write_text("print('registered')")
    for name in ("model.keras", "model-keras2.h5"):
        (tmp_path / name).touch()
    code = "from load_model import load_model; print(load_model(compile=False))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    told = done.stdout.splitlines()
    assert told[-1] == str((str(tmp_path / loaded), {"compile": False}))
    assert (told[0] == "registered") is version.startswith("3.")


def test_3_is_what_the_default_is_written_for() -> None:
    targets = parse_targets("tf2.8,3")
    assert [era.name for era in targets.eras] == ["tf2.8"]
    assert [one.name for one in targets.readers][:2] == ["3.9", "3.10"]
    assert parse_targets(targets.names) == targets
    for wrong in ("tf2.8", "tf2.16,3", "tf1.15,3"):
        with pytest.raises(MigrationError):
            parse_targets(wrong)
