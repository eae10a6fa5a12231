"""SavedModels of an author's own class: native with the class, kept by their signatures without it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from migrate.findings import Status
from migrate.formats.saved_model.subclassed import call_arguments
from migrate.inspection import inspect
from migrate.parity.golden import read_golden
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.pipeline.subclassed import write_sources
from migrate.results import ArtifactResult, Training
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS

TOWERS = "tf.keras-2.15/subclassed-savedmodel"
PARTS = ("tf.keras-2.4/subclassed_parts", "tf.keras-2.8/subclassed_parts")
LOAD = """
import sys
import keras, numpy as np
sys.path.insert(0, sys.argv[1])
import custom_objects
classes = {k: v for k, v in vars(custom_objects).items() if isinstance(v, type)}
model = keras.saving.load_model(sys.argv[1] + "/model.keras", custom_objects=classes)
given = np.load(sys.argv[2])
inputs = {key: given[key] for key in given.files}
np.savez(sys.argv[3], **{k: np.asarray(v) for k, v in model.predict(inputs, verbose=0).items()})
"""


TRAINED = """
import sys
import numpy as np
import tf_keras
keras = tf_keras
source = open(sys.argv[1] + "/custom_objects.py").read().replace("from tensorflow import keras", "")
exec(source)
class Slow(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.01
    def get_config(self):
        return {}
model = TwoTowers(width=3)
model.compile(keras.optimizers.Adam(Slow()), "mse")
model.fit(np.ones((4, 4), "float32"), np.ones((4, 2), "float32"), verbose=0)
model.save(sys.argv[2], save_format="tf")
"""


def migrate(path: str, slot: Slot, out: Path, *classes: Path) -> ArtifactResult:
    source = LEGACY_MODELS / path / "saved_model"
    return migrate_artifact(
        ArtifactRequest(source, path, out, "model"), Options(custom_objects=classes), slot
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", [TOWERS, *PARTS])
def test_with_its_class_a_model_becomes_native(path: str, slot: Slot, tmp_path: Path) -> None:
    result = migrate(path, slot, tmp_path, LEGACY_MODELS / path / "custom_objects.py")
    assert result.status is Status.MIGRATED, result.findings
    assert not result.findings
    assert (result.outputs.keras, result.outputs.saved_model, result.outputs.custom_objects) == (
        "model/model.keras",
        "model/saved_model",
        "model/custom_objects.py",
    )
    assert result.parity is not None
    assert result.parity.evidence == "golden"
    assert result.parity.max_rel < 1e-5


@pytest.mark.slow
def test_user_loads_what_was_written(slot: Slot, tmp_path: Path) -> None:
    path = PARTS[1]
    result = migrate(path, slot, tmp_path, LEGACY_MODELS / path / "custom_objects.py")
    assert result.outputs.keras is not None
    call = read_golden(LEGACY_MODELS / path / "saved_model.golden.npz").signatures["serving_default"]
    np.savez(tmp_path / "in.npz", **call.inputs)
    subprocess.run(
        [
            sys.executable,
            "-c",
            LOAD,
            str(tmp_path / "model"),
            str(tmp_path / "in.npz"),
            str(tmp_path / "out.npz"),
        ],
        check=True,
        capture_output=True,
        env={
            **os.environ,
            "CUDA_VISIBLE_DEVICES": "-1",
            "KERAS_BACKEND": "tensorflow",
            "TF_USE_LEGACY_KERAS": "0",
        },
    )
    results = np.load(tmp_path / "out.npz")
    assert sorted(results.files) == sorted(call.outputs)
    for key, expected in call.outputs.items():
        np.testing.assert_allclose(results[key], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
def test_training_of_a_class_that_keras_lacks_is_named_as_lost(slot: Slot, tmp_path: Path) -> None:
    classes, trained = LEGACY_MODELS / TOWERS, tmp_path / "trained"
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_USE_LEGACY_KERAS": "1"}
    program = [sys.executable, "-c", TRAINED, str(classes), str(trained)]
    subprocess.run(program, check=True, capture_output=True, env=environment)
    options = Options(custom_objects=(classes / "custom_objects.py",))
    result = migrate_artifact(ArtifactRequest(trained, "trained", tmp_path / "out", "model"), options, slot)
    assert result.outputs.keras is not None, result.findings
    (finding,) = (f for f in result.findings if f.code == "OPT015")
    assert "the learning-rate schedule Slow is not part of Keras" in finding.message
    assert result.training == Training("lost", "lost", "kept", "absent")


@pytest.mark.slow
def test_without_its_classes_the_finding_names_them_and_the_option(slot: Slot, tmp_path: Path) -> None:
    result = migrate(PARTS[0], slot, tmp_path)
    assert result.status is Status.MIGRATED
    assert (result.outputs.keras, result.outputs.saved_model) == (None, "model/saved_model")
    (finding,) = result.findings
    assert finding.code == "EXP013"
    assert "defines Gate" in finding.hint
    assert "defines Recommender" in finding.hint
    assert "--source" in finding.hint


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("class Recommender", "class Another", "CFG005"),
        ("width=4, depth=2", "width, depth=2", "EXP025"),
        ("width=4", "width=5", "WGT013"),
        ("depth=2", "depth=3", "WGT012"),
        ('activation="tanh"', 'activation="relu"', "PAR001"),
    ],
)
def test_class_that_is_another_is_refused_and_the_signatures_stay(
    old: str, new: str, reason: str, slot: Slot, tmp_path: Path
) -> None:
    text = (LEGACY_MODELS / PARTS[1] / "custom_objects.py").read_text(encoding="utf-8")
    assert old in text
    classes = tmp_path / "classes.py"
    classes.write_text(text.replace(old, new), encoding="utf-8")
    result = migrate(PARTS[1], slot, tmp_path, classes)
    assert result.status is Status.MIGRATED, result.findings
    assert result.outputs.keras is None
    (finding,) = result.findings
    assert finding.code == "EXP002"
    assert f"({reason})" in finding.message


@pytest.mark.slow
def test_renamed_attribute_is_found_by_name_and_shape(slot: Slot, tmp_path: Path) -> None:
    text = (LEGACY_MODELS / TOWERS / "custom_objects.py").read_text(encoding="utf-8")
    classes = tmp_path / "classes.py"
    classes.write_text(text.replace("self.top", "self.head"), encoding="utf-8")
    result = migrate(TOWERS, slot, tmp_path, classes)
    assert result.outputs.keras is not None, result.findings


def test_inspect_names_the_class() -> None:
    found = inspect(LEGACY_MODELS / PARTS[1] / "saved_model")
    (finding,) = (f for f in found.obstacles if f.code.startswith("EXP"))
    assert (finding.code, found.model) == ("EXP013", "Recommender")
    assert found.custom_objects == ["Gate", "Recommender"]


def _spec(name: str) -> dict[str, object]:
    shape = {"class_name": "TensorShape", "items": [None, 3]}
    return {"class_name": "TypeSpec", "type_spec": "tf.TensorSpec", "serialized": [shape, "float32", name]}


@pytest.mark.parametrize(
    ("stored", "keys", "expected"),
    [
        ({"save_spec": _spec("x")}, ["input_1"], "input_1"),
        ({"save_spec": {"a": _spec("a"), "b": _spec("b")}}, ["b", "a"], {"a": "a", "b": "b"}),
        (
            {
                "full_save_spec": {
                    "class_name": "__tuple__",
                    "items": [[[_spec("inputs/0"), _spec("inputs/1")]], {}],
                }
            },
            ["0", "1"],
            ["0", "1"],
        ),
        ({}, ["input_2", "input_10", "input_1"], ["input_1", "input_2", "input_10"]),
        ({}, ["ids", "context"], {"ids": "ids", "context": "context"}),
        ({"save_spec": _spec("x")}, ["a", "b"], {"a": "a", "b": "b"}),
    ],
)
def test_call_is_arranged_as_the_metadata_says(
    stored: dict[str, object], keys: list[str], expected: object
) -> None:
    assert call_arguments(stored, keys) == expected


def test_several_files_become_one_module(tmp_path: Path) -> None:
    first, second = tmp_path / "first.py", tmp_path / "second.py"
    first.write_text("from __future__ import annotations\n\nONE = 1\n")
    second.write_text('"""Two."""\n\nfrom __future__ import (\n    annotations,\n)\n\nTWO = 2\n')
    merged = write_sources([first, second], tmp_path / "custom_objects.py")
    space: dict[str, object] = {}
    exec(compile(merged.read_text(), "custom_objects.py", "exec"), space)
    assert (space["ONE"], space["TWO"]) == (1, 2)
    assert merged.read_text().count("__future__") == 1
