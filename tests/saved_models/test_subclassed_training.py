"""The training of a class derived from ``Model``: one further step leads where the writing framework's own step led."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from migrate.findings import Status
from migrate.formats.checkpoint.reader import open_checkpoint
from migrate.formats.saved_model.reader import read_saved_model
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.results import Training
from migrate.worlds.host.pool import Slot
from migrate.worlds.reader.class_training import counters, slots_by_object
from tests.conftest import LEGACY_MODELS

CASES = ("tf.keras-2.8/subclassed_trained", "tf.keras-2.13/subclassed_trained")
STEP = """
import json, sys
import keras, numpy as np
import custom_objects
step = np.load(sys.argv[1])
found = {}
for kept in (True, False):
    model = keras.saving.load_model("model.keras", custom_objects={"TwoTowers": custom_objects.TwoTowers})
    model(step["x/0"])
    if not kept:
        model.compile(keras.optimizers.Adam(0.02), "mse")
    model.run_eagerly = True
    model.train_on_batch(step["x/0"], step["y/0"])
    expected = [step[f"weights/{i}"] for i in range(len(step["names"]))]
    found[str(kept)] = max(
        float(np.abs(a - np.asarray(b)).max()) for a, b in zip(expected, model.weights, strict=True)
    )
found["iterations"] = int(keras.saving.load_model(
    "model.keras", custom_objects={"TwoTowers": custom_objects.TwoTowers}
).optimizer.iterations)
print(json.dumps(found))
"""


SEVERAL = """
import sys
import numpy as np
import tf_keras
keras = tf_keras
source = open(sys.argv[1] + "/custom_objects.py").read().replace("from tensorflow import keras", "")
exec(source)
model = Recommender()
x = {"history": np.ones((4, 5), "int32"), "context": np.ones((4, 3), "float32")}
model.compile(
    "adam", {"label": "categorical_crossentropy", "score": "mse"}, loss_weights={"label": 2.0, "score": 0.5}
)
model.fit(x, {"label": np.eye(2)[[0, 1, 0, 1]], "score": np.ones(4, "float32")}, verbose=0)
model.save(sys.argv[2], save_format="tf")
"""


def one_further_step(folder: Path, step: Path) -> dict[str, Any]:
    """How far the weights are from the recorded ones, with the migrated optimizer and with a fresh one."""
    environment = {
        **os.environ,
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "KERAS_BACKEND": "tensorflow",
        "TF_USE_LEGACY_KERAS": "0",
        "PYTHONPATH": str(folder),
    }
    program = [sys.executable, "-c", STEP, str(step)]
    printed = subprocess.run(
        program, check=True, capture_output=True, text=True, env=environment, cwd=folder
    ).stdout
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_one_further_step_is_the_recorded_one(case: str, slot: Slot, tmp_path: Path) -> None:
    folder = LEGACY_MODELS / case
    options = Options(custom_objects=(folder / "custom_objects.py",))
    request = ArtifactRequest(folder / "saved_model", case, tmp_path, "model")
    result = migrate_artifact(request, options, slot)
    assert result.status is Status.MIGRATED, result.findings
    assert not [f for f in result.findings if f.code.startswith("OPT")]
    assert result.training == Training("kept", "kept", "kept", "kept")
    found = one_further_step(tmp_path / "model", folder / "saved_model.step.npz")
    assert found["iterations"] == 3
    assert found["True"] < 1e-6
    assert found["False"] > 1e-3, "a fresh optimizer must lead elsewhere, or the test says nothing"


@pytest.mark.parametrize("case", CASES)
def test_slots_are_told_by_the_objects_of_their_variables(case: str) -> None:
    """Two layers of equal shape stand side by side, so a slot by shape or position alone could be the other's."""
    checkpoint = open_checkpoint(read_saved_model(LEGACY_MODELS / case / "saved_model").variables_prefix)
    assert checkpoint.graph is not None
    slots, why = slots_by_object(checkpoint.graph, checkpoint.bundle, "Adam")
    assert why == ""
    assert counters(checkpoint.graph, checkpoint.bundle) == (3, {})
    root = checkpoint.graph.nodes[0].children
    kernels = {side: checkpoint.graph.nodes[root[side]].children["kernel"] for side in ("left", "right")}
    moments = [slots[f"momentum|{number}"] for number in kernels.values()]
    assert moments[0].shape == moments[1].shape
    assert not np.allclose(moments[0], moments[1])
    assert len(slots) == 12
    assert slots_by_object(checkpoint.graph, checkpoint.bundle, "Adagrad")[1]


@pytest.mark.slow
def test_losses_of_a_dict_of_outputs_stay_with_their_keys(slot: Slot, tmp_path: Path) -> None:
    """The signature's outputs have an order of their own; the class answers a dict."""
    classes, trained = LEGACY_MODELS / "tf.keras-2.8/subclassed_parts", tmp_path / "trained"
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_USE_LEGACY_KERAS": "1"}
    program = [sys.executable, "-c", SEVERAL, str(classes), str(trained)]
    subprocess.run(program, check=True, capture_output=True, env=environment)
    options = Options(custom_objects=(classes / "custom_objects.py",))
    result = migrate_artifact(ArtifactRequest(trained, "trained", tmp_path / "out", "model"), options, slot)
    assert result.training == Training("kept", "kept", "kept", "absent"), result.findings
    with zipfile.ZipFile(tmp_path / "out/model/model.keras") as archive:
        compiled = json.loads(archive.read("config.json"))["compile_config"]
    losses = {
        key: loss if isinstance(loss, str) else loss["config"]["name"]
        for key, loss in compiled["loss"].items()
    }
    assert losses == {"label": "categorical_crossentropy", "score": "mean_squared_error"}
    assert compiled["loss_weights"] == {"label": 2.0, "score": 0.5}
