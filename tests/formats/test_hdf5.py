"""HDF5 in the layouts of Keras 0.3 to 2.15, and what a hostile file may not do."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.formats.hdf5 import read_hdf5
from tests.formats.makers import BIAS, KERNEL, SEQUENTIAL, write_hdf5_model, write_hdf5_weights, write_layer


def refused(path: Path) -> MigrationError:
    with pytest.raises(MigrationError) as caught:
        read_hdf5(path)
    assert caught.value.message
    assert caught.value.hint
    return caught.value


def test_full_model(tmp_path: Path) -> None:
    artifact = read_hdf5(write_hdf5_model(tmp_path / "m.h5"))
    assert artifact.format is Format.HDF5_MODEL
    assert artifact.architecture == SEQUENTIAL
    assert artifact.writer.keras == "2.2.4"
    assert artifact.writer.keras_release == (2, 2)
    assert [(layer.layer, array.name) for layer, array in artifact.arrays()] == [
        (("dense",), "dense/kernel:0"),
        (("dense",), "dense/bias:0"),
    ]
    np.testing.assert_array_equal(artifact.weights[0].arrays[0].array, KERNEL)
    assert artifact.parameters == 8
    assert len(artifact.sha256) == 64


def test_values_can_stay_in_the_file(tmp_path: Path) -> None:
    artifact = read_hdf5(write_hdf5_model(tmp_path / "m.h5"), values=False)
    array = artifact.weights[0].arrays[0].array
    assert array.shape == (3, 2)
    assert array.strides == (0, 0)
    assert artifact.sha256 == ""


def test_names_in_chunks_and_as_text(tmp_path: Path) -> None:
    path = tmp_path / "m.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names0"] = ["a"]
        file.attrs["layer_names1"] = np.array([b"b"])
        write_layer(file, "a", {"a/k:0": KERNEL})
        group = file.create_group("b")
        group.attrs["weight_names0"] = ["b/k:0"]
        group.attrs["weight_names1"] = ["b/b:0"]
        group["b/k:0"], group["b/b:0"] = KERNEL, BIAS
    artifact = read_hdf5(path)
    assert [layer.layer for layer in artifact.weights] == [("a",), ("b",)]
    assert [array.name for array in artifact.weights[1].arrays] == ["b/k:0", "b/b:0"]


def test_soft_links_inside_the_file_are_followed(tmp_path: Path) -> None:
    path = write_hdf5_weights(tmp_path / "w.h5")
    with h5py.File(path, "a") as file:
        file.move("dense/dense/kernel:0", "elsewhere")
        file["dense/dense/kernel:0"] = h5py.SoftLink("/elsewhere")
        file.move("dense", "kept")
        file["dense"] = h5py.SoftLink("kept")
    np.testing.assert_array_equal(read_hdf5(path).weights[0].arrays[0].array, KERNEL)


def test_soft_links_in_a_circle(tmp_path: Path) -> None:
    path = write_hdf5_weights(tmp_path / "w.h5")
    with h5py.File(path, "a") as file:
        del file["dense"]
        file["dense"] = h5py.SoftLink("/other")
        file["other"] = h5py.SoftLink("/dense")
    assert refused(path).code == "FMT009"


def test_links_and_storage_outside_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["k"] = KERNEL
    (tmp_path / "raw").write_bytes(KERNEL.tobytes())
    for trick in ("link", "behind a soft link", "storage", "virtual"):
        path = tmp_path / f"{trick}.h5"
        write_hdf5_weights(path)
        with h5py.File(path, "a") as file:
            del file["dense/dense/kernel:0"]
            if trick == "link":
                file["dense/dense/kernel:0"] = h5py.ExternalLink(str(secret), "/k")
            elif trick == "behind a soft link":
                file["out"] = h5py.ExternalLink(str(secret), "/")
                file["dense/dense/kernel:0"] = h5py.SoftLink("/out/k")
            elif trick == "storage":
                file.create_dataset(
                    "dense/dense/kernel:0", (3, 2), "f4", external=[(str(tmp_path / "raw"), 0, 24)]
                )
            else:
                layout = h5py.VirtualLayout((3, 2), "f4")
                layout[:] = h5py.VirtualSource(str(secret), "k", (3, 2))
                file.create_virtual_dataset("dense/dense/kernel:0", layout)
        assert refused(path).code == "SEC003", trick


@pytest.mark.parametrize("chunks", [None, (1024, 1024)])
def test_declared_petabytes_are_refused(tmp_path: Path, chunks: tuple[int, int] | None) -> None:
    path = write_hdf5_weights(tmp_path / "w.h5")
    with h5py.File(path, "a") as file:
        del file["dense/dense/kernel:0"]
        shape = (1 << 20, 1 << 20)
        file.create_dataset(
            "dense/dense/kernel:0", shape, "f4", chunks=chunks, compression="gzip" if chunks else None
        )
    assert refused(path).code == "SEC004"


def test_many_small_bombs_are_one_big_one(tmp_path: Path) -> None:
    path = tmp_path / "w.h5"
    names = [f"d{i}" for i in range(8)]
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [n.encode() for n in names]
        for name in names:
            group = file.create_group(name)
            group.attrs["weight_names"] = [b"k"]
            group.create_dataset("k", (12_000_000,), "f8", chunks=(1 << 20,))
    assert refused(path).code == "SEC004"


def test_bfloat16_is_widened_exactly(tmp_path: Path) -> None:
    path = write_hdf5_weights(tmp_path / "w.h5")
    bits = np.array([0x3F80, 0xC040, 0x0001], np.uint16)
    with h5py.File(path, "a") as file:
        del file["dense/dense/bias:0"]
        file["dense/dense/bias:0"] = bits.view("V2")
    array = read_hdf5(path).weights[0].arrays[1]
    assert array.stored_dtype == "bfloat16"
    np.testing.assert_array_equal(array.array, np.array([1.0, -3.0, 2.0**-133], np.float32))


def test_half_precision_and_scalars_stay_as_they_are(tmp_path: Path) -> None:
    path = write_hdf5_weights(tmp_path / "w.h5")
    with h5py.File(path, "a") as file:
        del file["dense/dense/bias:0"]
        file["dense/dense/bias:0"] = np.float16(0.5)
    array = read_hdf5(path).weights[0].arrays[1]
    assert (array.dtype, array.shape) == (np.float16, ())


def test_double_encoded_configuration(tmp_path: Path) -> None:
    assert read_hdf5(write_hdf5_model(tmp_path / "m.h5", json.dumps(SEQUENTIAL))).architecture == SEQUENTIAL


def test_optimizer_by_name(tmp_path: Path) -> None:
    path = write_hdf5_model(tmp_path / "m.h5")
    with h5py.File(path, "a") as file:
        file.attrs["training_config"] = json.dumps(
            {"loss": "mse", "optimizer_config": {"class_name": "Adam"}}
        )
        group = file.create_group("optimizer_weights")
        group.attrs["weight_names"] = [b"Adam/iterations:0", b"training/Adam/m_0:0"]
        group["Adam/iterations:0"], group["training/Adam/m_0:0"] = np.int64(3), KERNEL
    artifact = read_hdf5(path)
    assert [a.name for a in artifact.optimizer_weights] == ["Adam/iterations:0", "training/Adam/m_0:0"]
    assert artifact.training == {"loss": "mse", "optimizer_config": {"class_name": "Adam"}}


def test_optimizer_of_old_keras_has_numbered_arrays(tmp_path: Path) -> None:
    path = write_hdf5_model(tmp_path / "m.h5")
    with h5py.File(path, "a") as file:
        for index in (10, 2, 1):
            file[f"optimizer_weights/param_{index}"] = np.float32(index)
    assert [a.name for a in read_hdf5(path).optimizer_weights] == ["param_1", "param_2", "param_10"]


@pytest.mark.parametrize(
    ("names", "keras", "backend"),
    [
        (["dense_1_W:0", "dense_1_b:0"], "1.0", "tensorflow"),
        (["lstm_1_W_i", "lstm_1_U_i"], "1.0", "theano"),
        (["dense/kernel", "dense/bias"], "2.0", "theano"),
        (["dense/kernel:0"], "2.0", "tensorflow"),
    ],
)
def test_writer_by_weight_names(tmp_path: Path, names: list[str], keras: str, backend: str) -> None:
    path = tmp_path / "w.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [b"l"]
        write_layer(file, "l", dict.fromkeys(names, KERNEL))
    writer = read_hdf5(path).writer
    assert (writer.keras, writer.backend) == (keras, backend)
    assert writer.evidence.startswith("inferred")


def test_writer_by_argument_names(tmp_path: Path) -> None:
    config = {
        "class_name": "Sequential",
        "config": [{"class_name": "Dense", "config": {"output_dim": 2, "name": "dense"}}],
    }
    writer = read_hdf5(write_hdf5_model(tmp_path / "m.h5", config, version=None)).writer
    assert writer.keras == "1.0"


def test_keras_0_layout(tmp_path: Path) -> None:
    path = tmp_path / "w.h5"
    with h5py.File(path, "w") as file:
        file.attrs["nb_layers"] = 2
        for index in range(2):
            group = file.create_group(f"layer_{index}")
            group.attrs["nb_params"] = index
            for number in range(index):
                group[f"param_{number}"] = KERNEL
    artifact = read_hdf5(path)
    assert artifact.writer.keras == "0.3"
    assert [[a.name for a in layer.arrays] for layer in artifact.weights] == [[], ["param_0"]]


def test_top_level_weights_belong_to_the_root(tmp_path: Path) -> None:
    path = write_hdf5_weights(tmp_path / "w.h5")
    with h5py.File(path, "a") as file:
        write_layer(file, "top_level_model_weights", {"scale:0": BIAS})
    assert read_hdf5(path).weights[-1].layer == ()


def test_dangling_names_are_missing_weights(tmp_path: Path) -> None:
    path = write_hdf5_weights(tmp_path / "w.h5")
    with h5py.File(path, "a") as file:
        del file["dense/dense/bias:0"]
    assert refused(path).code == "WGT020"


def test_a_name_that_is_listed_twice_stands_for_an_array_that_was_not_stored(legacy_models: Path) -> None:
    error = refused(legacy_models / "tf.keras-2.0/stacked_cells_cut/model.h5")
    assert (error.code, "listed twice" in error.message) == ("WGT020", True)


def test_other_hdf5_and_the_other_layout(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "o.h5", "w") as file:
        file["x"] = KERNEL
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["layers/dense/vars/0"] = KERNEL
    assert refused(tmp_path / "o.h5").code == "FMT023"
    assert refused(tmp_path / "a.h5").code == "FMT005"


def test_references_are_no_numbers(tmp_path: Path) -> None:
    path = write_hdf5_weights(tmp_path / "w.h5")
    with h5py.File(path, "a") as file:
        del file["dense/dense/bias:0"]
        file.create_dataset("dense/dense/bias:0", data=np.array([file.ref, file.ref], dtype=h5py.ref_dtype))
    assert refused(path).code == "FMT015"


def test_authentic_files_read_completely(legacy_models: Path) -> None:
    seen = 0
    for path in sorted(legacy_models.glob("*keras-*/*/model.h5")):
        case = json.loads((path.parent / "case.json").read_text())
        if "weights" in case["kind"] or case["expect"].get("reason") in {"FMT004", "WGT020"}:
            continue  # weights alone, or names that no array has
        artifact = read_hdf5(path)
        names = {layer.layer[0] for layer in artifact.weights if layer.layer}
        assert artifact.architecture is not None, path
        assert names, path
        assert artifact.writer.keras, path
        seen += 1
    assert seen > 100
