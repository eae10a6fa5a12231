"""Re-exported SavedModels called like a server calls them: by ``saved_model_cli`` and TensorFlow's C API."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from migrate.findings import Status
from migrate.formats.saved_model.reader import SavedModel, Signature, read_saved_model
from migrate.parity.golden import RecordedSignature, read_golden
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.worlds.host.pool import Pool
from tests.conftest import LEGACY_MODELS, ROOT

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
KINDS = {
    "TF1 simple_save": "tf.keras-1.15/simple_save",
    "TF1 builder": "tf.keras-1.15/builder",
    "Estimator": "tf.keras-1.15/estimator",
    "TF1 loop": "tf.keras-1.15/loop",
    "TF1 branches": "tf.keras-1.15/training_flag",
    "experimental export": "tf.keras-1.15/exported",
    "tf.Module": "tf.keras-2.11/module_plain",
    "tf.Module with a table": "tf.keras-2.11/module_with_table",
    "tf.Module with Keras layers": "tf.keras-2.13/module_with_layers",
    "Keras": "tf.keras-2.4/train_adam-savedmodel",
    "key that is a keyword": "tf.keras-2.8/input_named_in-savedmodel",
    "stateful RNN": "tf.keras-2.8/stateful_rnn-savedmodel",
    "several signatures": "tf.keras-2.15/several_signatures",
    "subclassed": "tf.keras-2.15/subclassed-savedmodel",
    "vocabularies": "tf.keras-2.15/vocabularies-savedmodel",
    "serialised examples": "tf.keras-2.11/module_parsing",
    "TF1 Hub": "tf.keras-1.15/hub_module",
    "TF2 Hub": "tf.keras-2.11/hub_reusable",
    "author's classes": "tf.keras-2.8/subclassed_parts",
}
Migrated = Callable[[str], Path]


def _environment() -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "CUDA_VISIBLE_DEVICES": "-1",
        "KERAS_BACKEND": "tensorflow",
    }


@pytest.fixture(scope="module")
def migrated(pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> Migrated:
    """The exported folder of a kind, or of any path; each migrated once."""
    out = tmp_path_factory.mktemp("served")
    done: dict[str, Path] = {}

    def migrate(kind: str) -> Path:
        if kind not in done:
            source = LEGACY_MODELS / KINDS[kind] / "saved_model" if kind in KINDS else Path(kind)
            request = ArtifactRequest(source, kind, out, str(len(done)))
            with pool.slot() as slot:
                options = Options(targets=frozenset({Target.SAVED_MODEL}))
                result = migrate_artifact(request, options, slot)
            assert result.status is Status.MIGRATED, result.findings
            done[kind] = out / request.folder / "saved_model"
        return done[kind]

    return migrate


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[list[str]], None]]:
    """Run one command of ``saved_model_cli``."""
    log = tmp_path_factory.mktemp("cli") / "stderr"
    with (
        log.open("w") as messages,
        subprocess.Popen(
            [sys.executable, str(HERE / "cli.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=messages,
            text=True,
            env=_environment(),
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        given, answers = process.stdin, process.stdout

        def run(arguments: list[str]) -> None:
            given.write(json.dumps(arguments) + "\n")
            given.flush()
            assert answers.readline() == "0\n", log.read_text()[-2000:]

        yield run
        given.close()


def _recorded(kind: str) -> dict[str, RecordedSignature]:
    folder = LEGACY_MODELS / KINDS[kind]
    golden = read_golden(folder / "saved_model.golden.npz")
    if golden.signatures:
        return golden.signatures
    default = _by_name(read_saved_model(folder / "saved_model"))["serving_default"]
    return {
        "serving_default": RecordedSignature(
            dict(zip((t.key for t in default.inputs), golden.inputs, strict=True)),
            dict(zip((t.key for t in default.outputs), golden.outputs, strict=True)),
        )
    }


def _bytes(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return array if array.dtype.kind == "S" else np.char.encode(array.astype("U"), "utf-8")


def _by_name(model: SavedModel) -> dict[str, Signature]:
    return {s.name: s for s in model.serving.signatures if not s.name.startswith("__")}


def c_api(folder: Path, *calls: str | Path) -> subprocess.CompletedProcess[str]:
    """Call signatures through the C API (name, inputs, outputs; again), in a process of their own."""
    command = [sys.executable, str(HERE / "c_api.py"), str(folder), *map(str, calls)]
    return subprocess.run(command, capture_output=True, text=True, env=_environment(), check=False)


@pytest.mark.parametrize("kind", KINDS)
def test_signatures_are_equal_key_by_key(kind: str, migrated: Migrated) -> None:
    old = _by_name(read_saved_model(LEGACY_MODELS / KINDS[kind] / "saved_model"))
    new = _by_name(read_saved_model(migrated(kind)))
    assert new.keys() >= old.keys()
    for name, signature in old.items():
        inputs = [(t.key, t.dtype, t.shape) for t in new[name].inputs]
        assert sorted(inputs) == sorted((t.key, t.dtype, t.shape) for t in signature.inputs)
        outputs = {t.key: t.dtype for t in new[name].outputs}
        assert outputs == {t.key: t.dtype for t in signature.outputs}


@pytest.mark.parametrize("kind", KINDS)
def test_saved_model_cli_gives_the_recorded_outputs(
    kind: str, migrated: Migrated, cli: Callable[[list[str]], None], tmp_path: Path
) -> None:
    folder = migrated(kind)
    recorded = list(_recorded(kind).items())
    assert recorded
    for name, call in recorded[:1]:  # the C API calls them all
        inputs = []
        for number, (key, array) in enumerate(call.inputs.items()):
            file = tmp_path / f"{number}.npy"
            np.save(file, _bytes(array) if array.dtype.kind in "OU" else array)
            inputs.append(f"{key}={file}")
        out = tmp_path / name
        command = ["run", "--dir", str(folder), "--tag_set", "serve", "--signature_def", name]
        cli([*command, "--inputs", ";".join(inputs), "--outdir", str(out)])
        for key, expected in call.outputs.items():
            actual = np.load(out / f"{key}.npy", allow_pickle=expected.dtype.kind in "OUS")
            if expected.dtype.kind in "OUS":
                assert actual.astype("S").tolist() == _bytes(expected).tolist()
            else:
                np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_c_api_gives_the_recorded_outputs(kind: str, migrated: Migrated, tmp_path: Path) -> None:
    recorded = _recorded(kind)
    calls: list[str | Path] = []
    for name, call in recorded.items():
        given = tmp_path / f"{name}.in.npz"
        np.savez(given, **{k: _bytes(a) if a.dtype.kind in "OUS" else a for k, a in call.inputs.items()})
        calls += [name, given, tmp_path / f"{name}.out.npz"]
    done = c_api(migrated(kind), *calls)
    assert done.returncode == 0, done.stderr[-2000:]
    for name, call in recorded.items():
        results = np.load(tmp_path / f"{name}.out.npz")
        for key, expected in call.outputs.items():
            if expected.dtype.kind in "OUS":
                assert results[key].tolist() == _bytes(expected).tolist()
            else:
                np.testing.assert_allclose(results[key], expected, rtol=1e-5, atol=1e-6)


def test_module_whose_variables_the_save_left_out(migrated: Migrated, tmp_path: Path) -> None:
    broken, given, out = tmp_path / "broken", tmp_path / "in.npz", tmp_path / "out.npz"
    program = [sys.executable, str(HERE / "broken_module.py"), str(broken)]
    printed = subprocess.run(program, capture_output=True, text=True, env=_environment(), check=True).stdout
    expected = json.loads(printed.splitlines()[-1])
    np.savez(given, x=np.ones((1, 3), np.float32))
    served = c_api(broken, "serving_default", given, out)
    assert served.returncode != 0
    assert "Could not find variable sequential/dense" in served.stderr
    repaired = c_api(migrated(str(broken)), "serving_default", given, out)
    assert repaired.returncode == 0, repaired.stderr[-2000:]
    np.testing.assert_allclose(np.load(out)["scores"], expected, rtol=1e-6)
