"""int4 as what other releases read: weights by the numbers, and layers by what they say of themselves."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from packaging.version import Version

from migrate.dialects.keras3_minors.int4 import unpack_int4
from migrate.dialects.keras3_minors.packing import has_int4, unpacked
from migrate.dialects.keras3_minors.rewriting import make_portable, write_for
from migrate.dialects.keras3_minors.versions import parse_readers

ARCHIVES = Path(__file__).parents[2] / "readers" / "archives"
BY_INPUTS, BY_UNITS = Version("3.13.2"), Version("3.15.1")
ACTIVATION = {
    "module": "keras.quantizers",
    "class_name": "AbsMaxQuantizer",
    "config": {"value_range": [-127, 127], "epsilon": 1e-07, "output_dtype": "int8"},
    "registered_name": None,
}


def layer(
    class_name: str, mode: str, quantization: dict[str, Any] | None = None, **config: Any
) -> dict[str, Any]:
    policy = {
        "module": "keras.dtype_policies",
        "class_name": "QuantizedDTypePolicy" if mode == "int4" else "Int4DTypePolicy",
        "config": {"mode": mode, "source_name": "float32"},
    }
    if quantization is not None:
        quantization = {"class_name": "Int4QuantizationConfig", "config": quantization}
    return {
        "module": "keras.layers",
        "class_name": class_name,
        "registered_name": None,
        "config": {"dtype": policy, "quantization_config": quantization, **config},
        "build_config": {"input_shape": [None, 4, 3]},
    }


def changed(entry: dict[str, Any], writer: Version, readers: str = "3.9") -> tuple[Any, Any] | None:
    """What becomes of one layer: its entry, and the function on its weights."""
    model = {"class_name": "Sequential", "config": {"layers": [entry]}}
    found = unpack_int4(model, writer, parse_readers(readers))
    if found is None:
        return None
    (weights,) = found.weights.values()
    return found.config["config"]["layers"][0], weights


@pytest.mark.parametrize(
    ("shape", "axis"), [((5, 3), 0), ((5, 3), 1), ((4, 3, 2), 0), ((3, 5, 2), 1), ((2, 7), -1)]
)
def test_two_weights_of_each_byte(shape: tuple[int, ...], axis: int) -> None:
    """As ``pack_int4`` packs: the earlier weight in the lower half, an odd one beside zero."""
    weights = np.random.default_rng(0).integers(-8, 8, shape).astype(np.int8)
    first = np.moveaxis(weights, axis, 0)
    even = np.concatenate([first, np.zeros((first.shape[0] % 2, *first.shape[1:]), np.int8)])
    packed = np.moveaxis((even[::2] & 15) | (even[1::2] << 4), 0, axis).astype(np.int8)
    found = unpacked(packed, shape[axis], axis)
    assert found is not None
    assert found.dtype == np.int8
    assert (found == weights).all()
    assert unpacked(packed, shape[axis] + 2, axis) is None


def test_up_to_3_13_a_layer_becomes_int8_with_the_same_scales() -> None:
    found = changed(layer("Dense", "int4", units=2), BY_INPUTS)
    assert found is not None
    entry, weights = found
    assert entry["config"]["dtype"]["config"] == {"mode": "int8", "source_name": "float32"}
    bias, scale = np.ones(2, np.float32), np.full(2, 3, np.float32)
    kernel, *rest = weights([np.array([[0x21, -1], [3, 8]], np.int8), bias, scale])
    assert kernel.tolist() == [[1, -1], [2, -1], [3, -8]]
    assert rest == [bias, scale]


def test_from_3_14_on_a_layer_becomes_floats_block_by_block() -> None:
    quantization = {"activation_quantizer": None, "block_size": 2}
    found = changed(layer("Dense", "int4/2", quantization, units=2), BY_UNITS)
    assert found is not None
    entry, weights = found
    assert entry["config"]["dtype"]["class_name"] == "DTypePolicy"
    assert entry["config"]["dtype"]["config"] == {"name": "float32"}
    assert entry["config"]["quantization_config"] is None
    packed = np.array([[0x21], [0x43], [0x65]], np.int8)  # (1, 2), (3, 4), (5, 6)
    bias, scale = np.ones(2, np.float32), np.array([[2, 10], [3, 100]], np.float32)
    zero, block = np.array([[1, 0], [0, 1]], np.int8), np.array([0, 0, 1], np.float32)
    kernel, *rest = weights([packed, bias, scale, zero, block])
    assert kernel.tolist() == [[0, 20], [4, 40], [15, 500]]
    assert rest == [bias]
    assert weights([packed, bias, scale, zero, block + 1]) is None  # no third block
    assert weights([packed, bias, scale]) is None
    assert weights([packed, bias, scale[0], zero[0], block]) is None
    assert weights([packed[:0], bias, scale, zero, block[:0]]) is None


def test_an_embedding_in_blocks_becomes_floats_row_by_row() -> None:
    entry = layer("Embedding", "int4/2", {"block_size": 2}, input_dim=2, output_dim=3)
    found = changed(entry, BY_UNITS)
    assert found is not None
    packed = np.array([[0x21, 3], [0x54, 6]], np.int8)
    scale, zero = np.array([[1, 10], [2, 100]], np.float32), np.array([[0, 1], [1, 0]], np.int8)
    (table,) = found[1]([packed, scale, zero, np.array([0, 0, 1], np.float32)])
    assert table.tolist() == [[1, 2, 20], [6, 8, 600]]


def test_a_kernel_of_three_axes_gets_its_shape_back() -> None:
    entry = layer(
        "EinsumDense", "int4/-1", equation="abc,cde->abde", output_shape=[None, 2, 2], bias_axes=None
    )
    found = changed(entry, BY_UNITS)
    assert found is not None
    packed, scale = np.full((3, 2), 0x21, np.int8), np.array([1, 2, 4, 8], np.float32)
    (kernel,) = found[1]([packed, scale])
    assert kernel.shape == (3, 2, 2)
    assert kernel[0].tolist() == [[1, 1], [0.25, 0.25]]


@pytest.mark.parametrize(
    ("entry", "writer"),
    [
        (layer("ReversibleEmbedding", "int4", input_dim=2, output_dim=3), BY_INPUTS),
        ({**layer("Dense", "int4", units=2), "registered_name": "own>Dense"}, BY_INPUTS),
        ({**layer("Dense", "int4", units=2), "build_config": None}, BY_INPUTS),
        (layer("Dense", "int4", {"activation_quantizer": {"class_name": "Own"}}, units=2), BY_INPUTS),
        (layer("Dense", "int4", units=2), BY_UNITS),  # no policy of that release
        (layer("EinsumDense", "int4", {"activation_quantizer": None}, equation="abc,cd->abd"), BY_INPUTS),
        (
            layer("EinsumDense", "int4/-1", {"activation_quantizer": ACTIVATION}, equation="abc,cd->abd"),
            BY_UNITS,
        ),
    ],
)
def test_a_layer_whose_weights_are_not_known_stays(entry: dict[str, Any], writer: Version) -> None:
    """And with it the others of the model: half of it would be no help."""
    assert changed(entry, writer) is None
    known = layer("Dense", entry["config"]["dtype"]["config"]["mode"], units=2)
    both = {"class_name": "Sequential", "config": {"layers": [known, entry]}}
    assert unpack_int4(both, writer, parse_readers("3.9")) is None


@pytest.mark.parametrize(
    ("class_name", "writer", "readers", "needed"),
    [
        ("Dense", "3.13.2", "3.11-3.13", False),
        ("Dense", "3.13.2", "3.10,3.13", True),
        ("Dense", "3.13.2", "3.13,3.14", True),
        ("Embedding", "3.13.2", "3.11-3.13", True),  # int4 came to it with 3.12
        ("Dense", "3.15.1", "3.14-,nightly", False),
        ("Dense", "3.15.1", "3.13", True),
    ],
)
def test_only_who_needs_it_gets_it(class_name: str, writer: str, readers: str, needed: bool) -> None:
    mode = "int4" if Version(writer) < Version("3.14") else "int4/-1"
    entry = layer(class_name, mode, units=2, input_dim=2, output_dim=3)
    assert (changed(entry, Version(writer), readers) is not None) is needed


def test_inputs_that_are_quantized_stay_so() -> None:
    """By hand, 3.14 quantizes inputs, too."""
    quantization = {"activation_quantizer": {**ACTIVATION, "shared_object_id": 7}, "block_size": -1}
    found = changed(layer("Dense", "int4/-1", quantization, units=2), BY_UNITS)
    assert found is not None
    assert found[0]["config"]["dtype"]["config"]["mode"] == "int8"


def stored(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Configuration and variables of an archive."""
    with zipfile.ZipFile(path) as archive:
        config = json.loads(archive.read("config.json"))
        archive.extract("model.weights.h5", path.parent / "opened")
    found: dict[str, Any] = {}
    with h5py.File(path.parent / "opened" / "model.weights.h5") as file:
        file.visititems(
            lambda name, item: found.update({name: item[()]} if isinstance(item, h5py.Dataset) else {})
        )
    return config, found


def test_an_archive_of_3_13_is_whole_bytes_for_all(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes((ARCHIVES / "3.13.2" / "int4.keras").read_bytes())
    _, before = stored(path)
    assert make_portable(path, BY_INPUTS, parse_readers("3.9-,nightly")) == ["RDR102", "RDR115"]
    config, after = stored(path)
    assert not has_int4(config)
    for name in ("dense", "dense_1"):
        kernel, packed = after[f"layers/{name}/vars/0"], before[f"layers/{name}/vars/0"]
        assert kernel.shape == (2 * packed.shape[0], packed.shape[1])
        assert ((kernel[::2] & 15) | (kernel[1::2] << 4) == packed).all()
        for number in ("1", "2"):
            assert (after[f"layers/{name}/vars/{number}"] == before[f"layers/{name}/vars/{number}"]).all()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["model.keras", "opened"]


def test_weights_that_do_not_fit_are_left(tmp_path: Path) -> None:
    """The second layer's kernel is cut: neither layer is rewritten, and the reader says what is wrong."""
    path, weights = tmp_path / "model.keras", tmp_path / "weights.h5"
    with zipfile.ZipFile(ARCHIVES / "3.13.2" / "int4.keras") as archive:
        config, file = archive.read("config.json"), archive.read("model.weights.h5")
    weights.write_bytes(file)
    with h5py.File(weights, "r+") as opened:
        group = opened["layers/dense_1/vars"]
        cut = group["0"][1:]
        del group["0"]
        group["0"] = cut
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", config)
        archive.write(weights, "model.weights.h5")
    weights.unlink()
    _, before = stored(path)
    assert make_portable(path, BY_INPUTS, parse_readers("3.9")) == ["RDR102"]
    config_after, after = stored(path)
    assert has_int4(config_after)
    assert all((after[name] == before[name]).all() for name in before)


def test_releases_from_3_14_on_keep_theirs(tmp_path: Path) -> None:
    written = write_for(ARCHIVES / "3.15.1" / "int4.keras", BY_UNITS, parse_readers("3.9-,nightly"), tmp_path)
    assert [(one.path.name, next(r.name for r in one.readers)) for one in written] == [
        ("model.keras", "3.14"),
        ("model-before-3.14.keras", "3.9"),
    ]
    assert "RDR116" not in written[0].rules
    assert "RDR116" in written[1].rules
    assert has_int4(stored(written[0].path)[0])
    assert not has_int4(stored(written[1].path)[0])
