"""Models with their author's code, migrated with its source: equal, and loadable with the file beside them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.own_code import with_filled_stubs
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.results import ArtifactResult
from migrate.worlds.host.pool import Slot

SHARED = Path(__file__).resolve().parents[3] / "shared" / "user_code"
LOAD = """
import sys
import numpy as np
sys.path.insert(0, sys.argv[1])
import keras
import custom_objects
model = keras.saving.load_model(sys.argv[1] + "/model.keras")
with np.load(sys.argv[2]) as proof:
    inputs = [proof[k] for k in sorted(proof.files) if k.startswith("inputs/")]
    expected = [proof[k] for k in sorted(proof.files) if k.startswith("outputs/")]
found = keras.tree.flatten(model(inputs if len(inputs) > 1 else inputs[0], training=False))
for one, other in zip(found, expected, strict=True):
    np.testing.assert_allclose(np.asarray(one), other, rtol=1e-4, atol=1e-5)
print(sorted({type(layer).__module__ for layer in model.layers} | {type(model).__module__}))
"""


def run(path: Path, slot: Slot, out: Path, options: Options) -> ArtifactResult:
    return migrate_artifact(ArtifactRequest(path, path.parent.name, out, "model"), options, slot)


def reasons(result: ArtifactResult) -> list[str]:
    return [f"{f.code}: {f.message}" for f in result.findings]


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    [
        "keras-2.2.4/own_stock_names",
        "tf.keras-2.8/own_bases",
        "tf.keras-2.8/own_composite",
        "tf.keras-2.8/own_method",
        "tf.keras-2.8/own_cell",
        "tf.keras-2.8/own_recurrent",
        "tf.keras-2.8/own_train_step",
    ],
)
def test_with_its_source_a_model_equals_what_its_framework_recorded(
    case: str, legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    folder = legacy_models / case
    result = run(folder / "model.h5", slot, tmp_path, Options(source=(folder,)))
    assert result.status == "migrated", reasons(result)
    assert result.parity is not None
    assert result.parity.evidence == "golden"
    record = msgspec.json.decode((tmp_path / "model" / "migration.json").read_bytes())
    assert record["own_code"]["names"]
    source = (tmp_path / "model" / "custom_objects.py").read_text()
    assert "register_keras_serializable" in source
    assert "argparse" not in source
    assert "tensorflow.keras" not in source


@pytest.mark.slow
def test_a_function_with_the_name_of_an_activation_is_the_users_in_archives_too(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    """The archive stores its name alone, and tf-keras loads Keras' own: nothing but a recording or a word tells."""
    folder = legacy_models / "tf.keras-2.15" / "own_gelu-keras"
    model = Path(shutil.copy(folder / "model.keras", tmp_path))
    result = run(model, slot, tmp_path / "out", Options())
    assert (result.status, result.findings[-1].code) == ("blocked", "CFG006"), reasons(result)
    slot.reset()
    result = run(folder / "model.keras", slot, tmp_path / "out", Options(source=(folder,)))
    assert result.status == "migrated", reasons(result)
    assert result.parity is not None
    assert result.parity.evidence == "golden"


@pytest.mark.slow
def test_a_layer_that_draws_is_compared_with_its_draws_fixed(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    """It stands inside the function that builds the model, which loads a file when it is run as a whole."""
    folder = legacy_models / "tf.keras-2.8" / "own_sampling"
    result = run(folder / "model.h5", slot, tmp_path, Options(source=(folder,)))
    assert result.status == "migrated", reasons(result)
    assert [f.place for f in result.findings if f.code == "CFG131"] == ["sampling"]
    assert result.parity is not None
    assert result.parity.evidence == "original", (
        "the recording holds one draw, which nothing can be compared with"
    )
    with np.load(tmp_path / "model" / "proof.npz") as proof:
        assert sorted(proof.files) == ["inputs/0", "outputs/0", "outputs/1"]


HELPED = """import tensorflow as tf
from tensorflow.keras import backend as K


def scaled(x, scale):
    return K.in_train_phase(K.dot(x, scale), K.dot(x, scale))


"""


@pytest.mark.slow
def test_what_the_rules_leave_is_told_with_its_line_and_a_person_may_write_it(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    folder = legacy_models / "tf.keras-2.8" / "own_bases"
    written = (folder / "custom_objects.py").read_text()
    old = written.replace("import tensorflow as tf\n", HELPED).replace("tf.matmul(", "scaled(")
    model, source, new = (tmp_path / name for name in ("model.h5", "layers.py", "for_keras_3.py"))
    shutil.copy(folder / "model.h5", model)
    source.write_text(old)
    result = run(model, slot, tmp_path, Options(source=(source,)))
    assert result.status == "blocked", reasons(result)
    assert [f.code for f in result.findings if f.severity == "error"] == ["CFG068"]
    assert "layers.py:8: BKD003" in result.findings[-1].hint
    for one, other in (
        ("import tensorflow as tf", "import keras"),
        ("tensorflow.keras", "keras"),
        ("tf.matmul", "keras.ops.matmul"),
        ('add_weight("scale", ', 'add_weight(name="scale", '),
    ):
        written = written.replace(one, other)
    new.write_text(written)
    result = run(model, slot, tmp_path, Options(source=(source,), modern_source=(new,)))
    assert result.status == "migrated", reasons(result)
    assert "in_train_phase" not in (tmp_path / "model" / "custom_objects.py").read_text()


@pytest.mark.slow
def test_a_layer_that_draws_with_numpy_is_named(legacy_models: Path, slot: Slot, tmp_path: Path) -> None:
    folder = legacy_models / "tf.keras-2.8" / "own_bases"
    written = (folder / "custom_objects.py").read_text()
    model, source = tmp_path / "model.h5", tmp_path / "layers.py"
    shutil.copy(folder / "model.h5", model)
    drawn = written.replace("return x * self.rate", "return x * self.rate + numpy.random.normal()")
    source.write_text(drawn.replace("import tensorflow as tf", "import numpy\nimport tensorflow as tf"))
    result = run(model, slot, tmp_path, Options(source=(source,)))
    assert result.status == "blocked", reasons(result)
    assert result.findings[-1].code == "CFG132"
    line = 1 + source.read_text().split("\n").index("        return x * self.rate + numpy.random.normal()")
    assert f"layers.py:{line}" in result.findings[-1].message


@pytest.mark.slow
def test_three_lines_load_a_model_with_its_code(legacy_models: Path, slot: Slot, tmp_path: Path) -> None:
    folder = legacy_models / "tf.keras-2.8" / "own_train_step"
    result = run(folder / "model.h5", slot, tmp_path, Options(source=(folder,)))
    assert result.status == "migrated", reasons(result)
    arguments = [str(tmp_path / "model"), str(folder / "model.golden.npz")]
    done = subprocess.run(
        [sys.executable, "-c", LOAD, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "custom_objects" in done.stdout, "the model is of its author's class again"


@pytest.mark.slow
def test_without_its_source_the_hint_names_file_line_and_command(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    folder = legacy_models / "tf.keras-2.8" / "own_cell"
    result = run(folder / "model.h5", slot, tmp_path, Options())
    assert result.status == "blocked"
    (refusal,) = [f for f in result.findings if f.code == "CFG005"]
    assert "custom_objects.py:" in refusal.hint
    assert "defines MinimalCell" in refusal.hint
    assert f"keras-migrate models {folder / 'model.h5'} --source " in refusal.hint


@pytest.mark.slow
def test_what_no_source_defines_gets_a_stub(legacy_models: Path, slot: Slot, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    model = legacy_models / "tf.keras-2.8" / "own_cell" / "model.h5"
    result = run(model, slot, tmp_path / "out", Options(source=(tmp_path / "empty",)))
    assert result.status == "blocked"
    test, stub = sorted((tmp_path / "out" / "stubs").iterdir(), key=lambda p: p.name[:5] != "test_")
    assert str(stub) in result.findings[-1].hint
    text = stub.read_text()
    compile(text, str(stub), "exec")
    assert "class MinimalCell" in text
    assert "raise NotImplementedError" in text
    compile(test.read_text(), str(test), "exec")
    assert with_filled_stubs(Options(), tmp_path / "out") == Options()

    slot.reset()
    stub.write_text(model.with_name("custom_objects.py").read_text())
    again = with_filled_stubs(Options(source=(tmp_path / "empty",)), tmp_path / "out")
    result = run(model, slot, tmp_path / "out", again)
    assert result.status == "migrated", reasons(result)
    assert result.parity is not None
    assert result.parity.evidence == "golden"
    assert "NotImplementedError" not in stub.read_text(), "what a person wrote stays"


SETTLED = {
    "attention_k-h5-tf2.15": "model.h5",
    "attention_noconfig-sm-tf2.15": "saved_model",
    "transformer_block-keras-tf2.15": "model.keras",
    "transformer_block-weights-tf2.15": "model.weights.h5",
    "ssd_l2norm-h5-tf2.15": "model.h5",
}


@pytest.mark.slow
@pytest.mark.parametrize(("case", "model"), SETTLED.items())
def test_authentic_models_equal_their_recordings(case: str, model: str, slot: Slot, tmp_path: Path) -> None:
    folder = SHARED / "a-custom" / case
    if not folder.is_dir():
        pytest.skip("the folder of models with people's own code does not stand beside this checkout")
    golden = tmp_path / "golden.npz"
    with np.load(folder / "io.npz") as recorded:
        np.savez(golden, **{name: recorded[name] for name in recorded.files})  # type: ignore[arg-type]
    request = ArtifactRequest(
        folder / model, case, tmp_path / "out", "model", None if model == "saved_model" else golden
    )
    result = migrate_artifact(request, Options(source=(folder,)), slot)
    assert result.status == "migrated", reasons(result)
    assert (tmp_path / "out" / "model" / "custom_objects.py").is_file()


@pytest.mark.slow
def test_a_lost_loss_is_told_with_the_file_that_defines_it(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    folder = legacy_models / "tf.keras-2.8" / "train_loss_custom"
    result = run(folder / "model.h5", slot, tmp_path, Options())
    assert result.status == "migrated", reasons(result)
    (lost,) = [f for f in result.findings if f.code == "OPT020" and f.place == "loss"]
    assert "Outputs do not depend on it" in lost.hint
    assert "custom_objects.py:" in lost.hint
    assert f"keras-migrate models {folder / 'model.h5'} --source " in lost.hint
