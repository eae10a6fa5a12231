"""Locally connected layers as patches and EinsumDense give what the recorded layers gave."""

from __future__ import annotations

import numpy as np
import pytest

from migrate.capsule.model import Array, Layer, Model, Topology
from migrate.dialects.keras3.locally_connected import locally_connected
from migrate.dialects.rule import Era
from migrate.findings import MigrationError
from tests.dialects.authentic import MODELS, translated

ERA = Era.of("2.15.0")


def _patches(x: Array, layer: Layer) -> Array:
    """Patches of (batch, steps, channels) that the fixed convolution takes."""
    kernel, stride = layer.weights["kernel"], layer.config["strides"][0]
    length = kernel.shape[0]
    count = (x.shape[1] - length) // stride + 1
    windows = [x[:, p * stride : p * stride + length] for p in range(count)]
    return np.stack([np.einsum("bkc,kcf->bf", w, kernel) for w in windows], axis=1)


def _run(model: Model, x: Array) -> Array:
    for layer in model.layers[1:]:
        if layer.class_name == "ZeroPadding1D":
            x = np.pad(x, ((0, 0), tuple(layer.config["padding"]), (0, 0)))
        elif layer.class_name == "Conv1D":
            assert layer.config["trainable"] is False
            x = _patches(x, layer)
        elif layer.class_name == "Permute":
            x = x.transpose(0, *layer.config["dims"])
        else:
            x = np.einsum(layer.config["equation"], x, layer.weights["kernel"]) + layer.weights["bias"]
    return x


@pytest.mark.parametrize("case", ["tf.keras-2.4/locally_connected_dense"])
def test_dense_and_sparse_kernels_give_the_recorded_outputs(case: str) -> None:
    modern = translated(case).modern
    golden = np.load(MODELS / case / "model.golden.npz")
    line = Model(
        "Sequential",
        "m",
        Topology.SEQUENTIAL,
        tuple(la for la in modern.layers if la.class_name != "Flatten"),
    )
    actual = _run(line, golden["inputs/0"]).reshape(golden["outputs/0"].shape)
    np.testing.assert_allclose(actual, golden["outputs/0"], rtol=1e-4, atol=1e-5)


def _local(x: Array, kernel: Array, size: int, stride: int, channels_first: bool) -> Array:
    """The definition: position p has the matrix kernel[p]."""
    if channels_first:
        x = x.transpose(0, 2, 1)
    rows = []
    for position, matrix in enumerate(kernel):
        patch = x[:, position * stride : position * stride + size]
        flat = patch.transpose(0, 2, 1) if channels_first else patch
        rows.append(flat.reshape(len(x), -1) @ matrix)
    return np.stack(rows, axis=1)


@pytest.mark.parametrize("channels_first", [False, True])
def test_both_orders_of_channels(channels_first: bool) -> None:
    rng = np.random.default_rng(3)
    kernel = rng.normal(size=(2, 3 * 2, 4)).astype(np.float32)
    config = {
        "filters": 4,
        "kernel_size": [3],
        "strides": [2],
        "data_format": "channels_first" if channels_first else "channels_last",
    }
    bias = rng.normal(size=(2, 4)).astype(np.float32)
    weights = {"kernel": kernel, "bias": bias}
    shape = [None, 2, 6] if channels_first else [None, 6, 2]
    entry = Layer("InputLayer", "x", {"batch_input_shape": shape})
    layer = Layer("LocallyConnected1D", "l", config, weights=weights)
    model = locally_connected(Model("Sequential", "m", Topology.SEQUENTIAL, (entry, layer)), ERA)
    x = rng.normal(size=(3, *[s for s in shape if s is not None])).astype(np.float32)
    expected = _local(x, kernel, 3, 2, channels_first)
    # Channels first, Keras 2 reads the stored (positions, filters) by rows as (filters, positions).
    turned = expected.transpose(0, 2, 1) + bias.reshape(4, 2)
    expected = turned if channels_first else expected + bias
    np.testing.assert_allclose(_run(model, x), expected, rtol=1e-5, atol=1e-6)
    assert model.layers[-1].name == "l"


@pytest.mark.parametrize("name", ["kernel_constraint", "bias_constraint"])
def test_constraints_have_no_counterpart(name: str) -> None:
    config = {"kernel_size": [3], "filters": 4, "use_bias": False}
    layer = Layer("LocallyConnected1D", "l", config, weights={"kernel": np.zeros((4, 6, 4), np.float32)})
    row = Model("Sequential", "m", Topology.SEQUENTIAL, (layer,))
    assert locally_connected(row, ERA).layer("l").config["bias_axes"] is None
    constrained = layer.with_config(**{name: {"class_name": "MaxNorm", "config": {}}})
    with pytest.raises(MigrationError, match="constraint") as refused:
        locally_connected(Model("Sequential", "m", Topology.SEQUENTIAL, (constrained,)), ERA)
    assert refused.value.code == "CFG071"


def test_a_layer_of_unknown_size_is_refused() -> None:
    layer = Layer(
        "LocallyConnected2D",
        "l",
        {"kernel_size": [2, 2], "filters": 1, "use_bias": False},
        weights={"kernel": np.zeros((4, 4, 1), np.float32)},
    )
    with pytest.raises(MigrationError) as refused:
        locally_connected(Model("Sequential", "m", Topology.SEQUENTIAL, (layer,)), ERA)
    assert refused.value.code == "CFG071"


def test_a_softmax_of_a_layer_that_is_channels_first_stays_along_its_last_axis() -> None:
    modern = translated("keras-2.2.4/images_by_rows").modern
    assert modern.layer("local").class_name == "Activation"
    assert modern.layer("local_local").config.get("activation", "linear") == "linear"
