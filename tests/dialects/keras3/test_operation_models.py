"""Functions of TensorFlow in a graph compute the same in Keras 3, before and after the file is reloaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from migrate.capsule.store import load_arrays, save_arrays, save_model
from migrate.dialects.translate import era_of, translate
from migrate.formats.read import read
from migrate.pipeline.answers import saved_by
from migrate.worlds.contracts.models import Predict
from migrate.worlds.contracts.modern import Build, Save
from migrate.worlds.contracts.stock import LoadKeras, PredictLoaded
from migrate.worlds.host.pool import Slot
from tests.dialects.keras3 import operation_models as models

pytestmark = pytest.mark.xdist_group("operations")  # its models are made once

NAMES = [
    *models.UNARY,
    *models.BINARY,
    *(f"reduce_{name}" for name in models.REDUCTIONS),
    *(f"nn_{name}" for name in models.ACTIVATIONS),
    *[
        "logic",
        "reversed_operators",
        "integers",
        "concat",
        "stack",
        "split",
        "repeat",
        "pad",
        "gather",
        "gather_rows",
        "embedding",
        "one_hot",
        "order",
        "cumulate",
        "matmul",
        "tensordot",
        "norm",
        "moments",
        "where",
        "clip",
        "cast",
        "axes",
        "slices",
        "batch_reshape",
        "joined_shape",
        "product_of_sizes",
        "length_as_number",
        "ones_of_shape",
        "tile_by_length",
        "positions",
        "broadcast",
        "sequence_mask",
        "frames",
        "frames_of_open_length",
        "spectra",
        "scatters",
        "searchsorted",
        "resize",
        "resize_of_tensorflow_1",
        "colours",
        "convolution",
        "pooling",
        "blocks",
        "preprocess_input",
        "backend",
    ],
]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All models, written by tf-keras in a process of its own."""
    folder = tmp_path_factory.mktemp("operations")
    subprocess.run([sys.executable, models.__file__, str(folder)], check=True, capture_output=True)
    assert {file.stem for file in folder.glob("*.h5")} == set(NAMES)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_function_computes_the_same(name: str, written: Path, slot: Slot) -> None:
    artifact = read(written / f"{name}.h5")
    save_model(translate(artifact, era_of(artifact)).modern, slot.inputs, "modern")
    with np.load(written / f"{name}.npz") as file:
        recorded = {key: file[key] for key in file.files}
    probes = slot.inputs / "probes.safetensors"
    save_arrays(probes, {f"0/{k.split('/')[1]}": a for k, a in recorded.items() if k.startswith("inputs")})
    slot.modern.ask(Build(slot.inputs, []))
    live = slot.modern.ask(Predict(probes, out="live.safetensors"))
    saved = saved_by(slot.modern, Save(keras=True))["keras"]
    staged = slot.inputs / "model.keras"
    staged.write_bytes(saved.read_bytes())
    slot.stock.ask(LoadKeras(staged))
    reloaded = slot.stock.ask(PredictLoaded(probes, out="stock.safetensors"))
    for reply in (live, reloaded):
        results = load_arrays(Path(reply.file))
        assert len(results) == sum(key.startswith("outputs") for key in recorded)
        for key, result in results.items():
            expected = recorded[f"outputs/{key.split('/')[1]}"]
            np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5, err_msg=f"output {key}")
