"""The Python interface: complete, typed, cheap to import, and alike in how it refuses."""

from __future__ import annotations

import doctest
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

import keras_migrate
from keras_migrate import __main__ as entry
from keras_migrate import api
from migrate.extras import command_for
from migrate.worlds.host import installed
from tests.conftest import LEGACY_MODELS

ROOT = Path(__file__).parents[2]
MODEL = LEGACY_MODELS / "keras-2.2.4" / "siamese" / "model.h5"


def test_every_name_is_there_and_sorted() -> None:
    for name in keras_migrate.__all__:
        assert getattr(keras_migrate, name) is not None
    public = [name for name in keras_migrate.__all__ if not name.startswith("_")]
    assert public == sorted(public, key=lambda name: (name.islower(), name))
    assert keras_migrate.__version__ == metadata.version("keras-migrate")
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        keras_migrate.nothing  # noqa: B018


def test_importing_it_imports_no_framework() -> None:
    code = (
        "import sys, keras_migrate; keras_migrate.Options; keras_migrate.rewrite_source('import keras\\n');"
        "print([name for name in ('tensorflow', 'keras', 'tf_keras') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_a_client_type_checks(tmp_path: Path) -> None:
    client = tmp_path / "client.py"
    client.write_text(
        "import keras_migrate as km\n"
        "\n"
        "def run(path: str) -> list[str]:\n"
        "    found: km.Inspection = km.inspect(path)\n"
        "    row: km.ArtifactResult = km.migrate_model(path, 'out', km.Options(trust=False))\n"
        "    batch: km.BatchReport = km.migrate_models([path], 'out', jobs=1, on_event=lambda event: None)\n"
        "    new: km.Rewritten = km.rewrite_source('import keras', km.SourceOptions(unsafe=True))\n"
        "    same: bool = km.verify(path, 'new.keras').equal\n"
        "    if row.status is km.Status.MIGRATED and same:\n"
        "        print(km.load('out/model'), km.report('.').verdict, km.scan(path)[0].verdict, batch.summary)\n"
        "    return [finding.code for finding in found.obstacles] + [new.text]\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", str(client)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "call",
    [
        keras_migrate.inspect,
        keras_migrate.scan,
        lambda path: keras_migrate.migrate_model(path, path.parent / "out"),
        lambda path: keras_migrate.verify(path, MODEL),
        keras_migrate.report,
        keras_migrate.load,
    ],
    ids=["inspect", "scan", "migrate_model", "verify", "report", "load"],
)
def test_a_missing_path_is_refused_alike(call, tmp_path: Path) -> None:
    with pytest.raises(keras_migrate.MigrationError, match="does not exist") as caught:
        call(tmp_path / "nothing")
    assert caught.value.code == "FMT021"
    assert caught.value.hint


def test_sources_and_models_are_looked_at() -> None:
    assert keras_migrate.inspect(MODEL).writer.keras == "2.2.4"
    assert [found.verdict for found in keras_migrate.scan(MODEL)] == ["clean"]
    new = keras_migrate.rewrite_source("from keras.layers.core import Dense\n")
    assert new.text == "from keras.layers import Dense\n"


@pytest.mark.parametrize("module", [keras_migrate, api], ids=["package", "functions"])
def test_examples_give_what_they_show(module: ModuleType) -> None:
    failed, attempted = doctest.testmod(module, extraglobs={"keras_migrate": keras_migrate})
    assert (failed, attempted > 0) == (0, True)


def test_models_without_frameworks_name_the_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "find_spec", lambda name: None)
    with pytest.raises(keras_migrate.MigrationError, match="tensorflow, tf-keras, keras") as caught:
        keras_migrate.migrate_model(MODEL, "out")
    assert caught.value.code == "RUN020"
    assert command_for("models") in caught.value.hint


def test_where_tensorflow_has_no_package_another_python_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "find_spec", lambda name: None)
    monkeypatch.setattr(installed, "NEWEST_PYTHON", (3, 10))
    with pytest.raises(keras_migrate.MigrationError) as caught:
        keras_migrate.migrate_model(MODEL, "out")
    assert f"no package for Python 3.{sys.version_info.minor}" in caught.value.hint
    assert "to 3.10" in caught.value.hint


def test_a_foreign_package_of_our_name_is_named(tmp_path: Path) -> None:
    (tmp_path / "migrate").mkdir()
    (tmp_path / "migrate" / "__init__.py").write_text(
        '"""SQLAlchemy migrate provides a way to manage schemas."""\n'
    )
    code = "import sys; sys.path.insert(0, sys.argv[1]); from keras_migrate.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 3
    assert "has replaced our package `migrate` with its own" in done.stderr
    assert "pipx install keras-migrate" in done.stderr
    assert "Traceback" not in done.stderr
    assert entry.foreign_package() is None


@pytest.mark.slow
def test_a_migrated_model_loads_with_what_stands_beside_it(tmp_path: Path) -> None:
    events: list[str] = []
    report = keras_migrate.migrate_models([MODEL], tmp_path, on_event=lambda event: events.append(event.kind))
    assert report.summary["migrated"] == 1
    assert events
    (row,) = report.artifacts
    assert row.outputs.keras is not None
    model = keras_migrate.load((tmp_path / row.outputs.keras).parent, compile=False)
    assert model.count_params() > 0
