"""Models and arrays survive the way between processes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology, count_parameters
from migrate.capsule.store import load_arrays, load_model, load_structure, save_arrays, save_model


def siamese() -> Model:
    """Two inputs through one shared Dense layer, and a call with a tensor among its keywords."""
    kernel = np.arange(6, dtype="float32").reshape(3, 2)
    return Model(
        "Functional",
        "siamese",
        Topology.FUNCTIONAL,
        (
            Layer("InputLayer", "a", {"batch_input_shape": [None, 3]}, (Node(()),)),
            Layer("InputLayer", "b", {"batch_input_shape": [None, 3]}, (Node(()),)),
            Layer(
                "Dense",
                "shared",
                {"units": 2, "use_bias": False},
                (Node((TensorRef("a"),)), Node((TensorRef("b"),), {"mask": TensorRef("a")})),
                {"kernel": kernel},
            ),
            Layer("Add", "sum", {}, (Node(([TensorRef("shared", 0), TensorRef("shared", 1)],)),)),
        ),
        [TensorRef("a"), TensorRef("b")],
        TensorRef("sum"),
    )


def test_model_comes_back_with_its_weights(tmp_path: Path) -> None:
    model = siamese()
    save_model(model, tmp_path, "m")
    back = load_model(tmp_path, "m")
    assert back.inputs == model.inputs
    assert back.outputs == model.outputs
    assert [layer.nodes for layer in back.layers] == [layer.nodes for layer in model.layers]
    np.testing.assert_array_equal(
        back.layer("shared").weights["kernel"], model.layer("shared").weights["kernel"]
    )


def test_structure_has_shapes_and_no_values(tmp_path: Path) -> None:
    save_model(siamese(), tmp_path, "m")
    kernel = load_structure(tmp_path, "m").layer("shared").weights["kernel"]
    assert kernel.shape == (3, 2)
    assert kernel.strides == (0, 0)
    assert count_parameters(load_structure(tmp_path, "m").layer("shared")) == 6


def test_strings_and_half_precision_survive(tmp_path: Path) -> None:
    arrays = {
        "text": np.array([["héllo", ""], ["b", "c"]], dtype=object),
        "fixed": np.array(["x", "yy"]),
        "half": np.array([1.5, -2.0], dtype="float16"),
        "none": np.zeros((0, 3), dtype="int32"),
        "message": np.array([b"\x0a\xff\x80"]),
    }
    save_arrays(tmp_path / "a", arrays)
    back = load_arrays(tmp_path / "a")
    assert back["text"].tolist() == [["héllo", ""], ["b", "c"]]
    assert back["fixed"].tolist() == ["x", "yy"]
    assert back["message"].tolist() == [b"\x0a\xff\x80"]
    assert back["half"].dtype == np.float16
    assert back["none"].shape == (0, 3)
