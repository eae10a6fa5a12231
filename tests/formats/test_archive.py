"""Archives: which array belongs to which layer, over the layouts of 2.12 to 2.15 and 3."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from migrate.findings import MigrationError
from migrate.formats.archive import read_archive
from migrate.formats.archive_tree import natural
from migrate.formats.artifact import Format, LegacyArtifact
from migrate.formats.layer_config import to_snake_case
from tests.formats.makers import BIAS, KERNEL, SEQUENTIAL, archive_weights, dense, model, write_archive

OLD = "_layer_checkpoint_dependencies"


def value(number: int, width: int = 2) -> np.ndarray:
    return np.full((1, width), number, np.float32)


def owners(artifact: LegacyArtifact) -> dict[str, float]:
    """Layer path and array name → first value."""
    return {f"{layer.path}:{array.name}": float(array.array.flat[0]) for layer, array in artifact.arrays()}


def refused(path: Path, architecture: dict[str, Any] | None = None) -> MigrationError:
    with pytest.raises(MigrationError) as caught:
        read_archive(path, architecture)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("version", "container", "numbers"),
    [
        ("2.12.0", OLD, ("", "_2", "_4")),
        ("2.14.0", OLD, ("", "_1", "_2")),
        ("2.15.0", "layers", ("", "_1", "_2")),
    ],
)
def test_groups_are_numbered_in_the_order_of_layers(
    tmp_path: Path, version: str, container: str, numbers: tuple[str, ...]
) -> None:
    weights = archive_weights({f"{container}/dense{n}/vars/0": value(i) for i, n in enumerate(numbers)})
    config = model(
        "m", dense("zeta"), {"class_name": "Dropout", "config": {"name": "d"}}, dense("alpha"), dense("mid")
    )
    config["config"]["layers"].pop(1)
    artifact = read_archive(write_archive(tmp_path / "m.keras", config, weights, version))
    assert owners(artifact) == {"zeta:vars/0": 0, "alpha:vars/0": 1, "mid:vars/0": 2}
    assert artifact.writer.layout == version[:4]


def test_ten_layers_are_ordered_as_numbers(tmp_path: Path) -> None:
    names = [f"l{i}" for i in range(12)]
    weights = archive_weights({f"layers/dense{f'_{i}' if i else ''}/vars/0": value(i) for i in range(12)})
    artifact = read_archive(write_archive(tmp_path / "m.keras", model("m", *map(dense, names)), weights))
    assert owners(artifact) == {f"{name}:vars/0": i for i, name in enumerate(names)}


def test_nested_models_and_wrappers(tmp_path: Path) -> None:
    inner = model("inner", dense("a"))
    wrapped = {"class_name": "TimeDistributed", "config": {"name": "td", "layer": model("w", dense("b"))}}
    both = {"class_name": "Bidirectional", "config": {"name": "bi"}}
    weights = archive_weights(
        {
            f"{OLD}/sequential/{OLD}/dense/vars/0": value(1),
            f"{OLD}/time_distributed/layer/{OLD}/dense/vars/0": value(2),
            f"{OLD}/bidirectional/forward_layer/cell/vars/0": value(3),
            f"{OLD}/bidirectional/backward_layer/cell/vars/0": value(4),
        }
    )
    artifact = read_archive(
        write_archive(tmp_path / "m.keras", model("m", inner, wrapped, both), weights, "2.13.1")
    )
    assert owners(artifact) == {
        "inner/a:vars/0": 1,
        "td/b:vars/0": 2,
        "bi:backward_layer/cell/vars/0": 4,
        "bi:forward_layer/cell/vars/0": 3,
    }


def test_layer_shared_with_an_earlier_nested_model(tmp_path: Path) -> None:
    config = model("m", model("inner", dense("shared")), dense("shared"), dense("last"))
    weights = archive_weights(
        {"layers/sequential/layers/dense/vars/0": value(1), "layers/dense/vars/0": value(2)}
    )
    artifact = read_archive(write_archive(tmp_path / "m.keras", config, weights))
    assert owners(artifact) == {"inner/shared:vars/0": 1, "shared:vars/0": 1, "last:vars/0": 2}
    assert artifact.metadata["shared_layers"] == {"shared": "inner/shared"}


def test_operations_of_a_graph_have_no_group(tmp_path: Path) -> None:
    """As Keras 3.15 writes ``Dense(1)(x * x)``: the operation stands among the layers, and not among the groups."""
    square = {"module": "keras.src.ops.numpy", "class_name": "Square", "config": {"name": "square"}}
    softmax = {"module": "keras.src.ops.nn", "class_name": "Dense", "config": {"name": "named_like_a_layer"}}
    config = model("m", square, softmax, dense("last"), class_name="Functional")
    weights = archive_weights({"layers/dense/vars/0": value(3)})
    artifact = read_archive(write_archive(tmp_path / "m.keras", config, weights, "3.15.1"))
    assert owners(artifact) == {"last:vars/0": 3}


def test_more_groups_than_layers_is_an_error(tmp_path: Path) -> None:
    weights = archive_weights({"layers/dense/vars/0": value(1), "layers/dense_1/vars/0": value(2)})
    assert refused(write_archive(tmp_path / "m.keras", model("m", dense("a")), weights)).code == "WGT006"


def test_array_of_no_layer_is_an_error(tmp_path: Path) -> None:
    weights = archive_weights({"layers/dense/vars/0": value(1), "layers/conv2d/vars/0": value(2)})
    error = refused(write_archive(tmp_path / "m.keras", model("m", dense("a")), weights))
    assert (error.code, "layers/conv2d/vars/0" in error.message) == ("WGT006", True)


def test_sizes_that_contradict_the_configuration(tmp_path: Path) -> None:
    weights = archive_weights({"layers/dense/vars/0": value(1, 2), "layers/dense_1/vars/0": value(2, 5)})
    assert (
        refused(write_archive(tmp_path / "m.keras", model("m", dense("a", 5), dense("b", 2)), weights)).code
        == "WGT006"
    )


def test_subclassed_model_gives_all_to_the_root(tmp_path: Path) -> None:
    config = {"class_name": "Mine", "config": {"size": 3}}
    weights = archive_weights({"encoder/vars/0": value(1), "vars/0": value(2)})
    artifact = read_archive(write_archive(tmp_path / "m.keras", config, weights))
    assert owners(artifact) == {":vars/0": 2, ":encoder/vars/0": 1}


def test_optimizer_metrics_and_assets(tmp_path: Path) -> None:
    config = model("m", dense("a"), {"class_name": "TextVectorization", "config": {"name": "vec"}})
    config["compile_config"] = {"optimizer": "adam"}
    slots = {f"optimizer/vars/{i}": value(i) for i in range(11)}
    weights = archive_weights(
        {"layers/dense/vars/0": value(1), "metrics/mean/vars/0": value(9), **slots},
        ("layers/text_vectorization/_lookup_layer/vars",),
    )
    assets = {"layers/text_vectorization/_lookup_layer/vocabulary.txt": b"a\nb"}
    artifact = read_archive(write_archive(tmp_path / "m.keras", config, weights, assets=assets))
    assert [a.name for a in artifact.optimizer_weights] == [f"vars/{i}" for i in range(11)]
    assert [a.name for a in artifact.metric_weights] == ["metrics/mean/vars/0"]
    assert artifact.assets == {"vec/_lookup_layer/vocabulary.txt": b"a\nb"}
    assert artifact.training == {"optimizer": "adam"}


def test_weights_alone_with_and_without_architecture(tmp_path: Path) -> None:
    path = tmp_path / "m.weights.h5"
    path.write_bytes(archive_weights({"layers/dense/vars/0": value(1)}))
    assert owners(read_archive(path)) == {":layers/dense/vars/0": 1}
    artifact = read_archive(path, model("m", dense("a")))
    assert owners(artifact) == {"a:vars/0": 1}
    assert artifact.format is Format.WEIGHTS_ARCHIVE


def test_deflated_members_read_the_same(tmp_path: Path) -> None:
    weights = archive_weights({"layers/dense/vars/0": KERNEL, "layers/dense/vars/1": BIAS})
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        path = write_archive(tmp_path / f"{compression}.keras", SEQUENTIAL, weights, compression=compression)
        arrays = read_archive(path).weights[0].arrays
        np.testing.assert_array_equal(arrays[0].array, KERNEL)
        np.testing.assert_array_equal(arrays[1].array, BIAS)


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    weights = archive_weights({"layers/dense/vars/0": KERNEL})
    path = write_archive(tmp_path / "m.keras", SEQUENTIAL, weights)
    data = bytearray(path.read_bytes())
    at = data.find(KERNEL.tobytes())
    data[at] ^= 1
    path.write_bytes(data)
    assert refused(path).code == "FMT015"


def test_misleading_members_are_refused(tmp_path: Path) -> None:
    weights = archive_weights({"layers/dense/vars/0": KERNEL})
    for name in ("../evil", "/etc/passwd", "config.json", "assets/..\\..\\x"):
        path = write_archive(tmp_path / "m.keras", SEQUENTIAL, weights)
        with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
            warnings.simplefilter("ignore")  # zipfile warns of the duplicate that this test is about
            archive.writestr(name, b"{}")
        assert refused(path).code == "SEC006", name


def test_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", b" " * (300 << 20))
        archive.writestr("model.weights.h5", b"")
    assert refused(path).code == "SEC004"


def test_group_that_contains_itself(tmp_path: Path) -> None:
    path = tmp_path / "m.weights.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("layers")
        group["again"] = group
    assert refused(path).code == "SEC009"


@pytest.mark.parametrize(
    ("class_name", "group"),
    [
        ("Conv2DTranspose", "conv2d_transpose"),
        ("LSTM", "lstm"),
        ("ConvLSTM2D", "conv_lstm2d"),
        ("MultiHeadAttention", "multi_head_attention"),
        ("Addons>GroupNormalization", "group_normalization"),
        ("_Private", "private__private"),
    ],
)
def test_names_of_groups(class_name: str, group: str) -> None:
    assert to_snake_case(class_name) == group


def test_numbers_sort_as_numbers() -> None:
    assert sorted(["vars/10", "vars/2", "vars/1"], key=natural) == ["vars/1", "vars/2", "vars/10"]


def test_authentic_archives_of_each_release(legacy_models: Path) -> None:
    layouts = set()
    for path in sorted(legacy_models.glob("*keras-*/*/model.keras")):
        artifact = read_archive(path)
        assert artifact.writer.layout is not None
        layouts.add(artifact.writer.layout)
        if artifact.architecture and artifact.architecture["class_name"] in ("Sequential", "Functional"):
            assert all(layer.layer for layer in artifact.weights), path
    assert {"2.12", "2.13", "2.14", "2.15"} <= layouts
