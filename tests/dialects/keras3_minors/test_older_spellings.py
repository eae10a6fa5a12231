"""What later releases write otherwise is said so that older ones read it, and the other way round."""

from __future__ import annotations

from typing import Any

import pytest
from packaging.version import Version

from migrate.dialects.keras3_minors.registry import rewrite
from migrate.dialects.keras3_minors.versions import parse_readers

OLD, NEW = Version("3.9.2"), Version("3.15.1")


def fired(config: dict[str, Any], writer: Version, readers: str) -> tuple[dict[str, Any], list[str]]:
    return rewrite(config, writer, parse_readers(readers))


def tensor(name: str) -> dict[str, Any]:
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}}


def functional(**config: Any) -> dict[str, Any]:
    return {"class_name": "Functional", "config": {"name": "model", "layers": [], **config}}


def test_the_initializer_gets_its_long_name_for_releases_that_know_no_other() -> None:
    value = {"module": "keras.initializers", "class_name": "Orthogonal", "config": {"gain": 1.0}}
    made, codes = fired(value, NEW, "3.3-3.5")
    assert made["class_name"] == "OrthogonalInitializer"
    assert codes == ["RDR103"]
    assert fired(value, NEW, "3.6-") == (value, [])


def test_the_initializer_gets_its_short_name_back_for_3_16() -> None:
    value = {"module": "keras.initializers", "class_name": "OrthogonalInitializer", "config": {"gain": 1.0}}
    for writer in ("3.4.1", "3.6.0"):
        made, codes = fired(value, Version(writer), "3.6-,nightly")
        assert (made["class_name"], codes) == ("Orthogonal", ["RDR112"])
    assert fired(value, Version("3.4.1"), "3.3-") == (value, [])
    own = {**value, "module": "my.initializers"}
    assert fired(own, Version("3.4.1"), "nightly") == (own, [])


def test_a_conversion_is_taken_out_of_the_graph() -> None:
    conversion = {
        "module": "keras.src.ops.core",
        "class_name": "ConvertToTensor",
        "name": "convert",
        "config": {"dtype": None, "sparse": None, "ragged": None},
        "inbound_nodes": [{"args": [tensor("mask")], "kwargs": {}}],
    }
    pooling = {
        "class_name": "GlobalAveragePooling1D",
        "name": "pool",
        "config": {"name": "pool"},
        "inbound_nodes": [{"args": [tensor("x")], "kwargs": {"mask": tensor("convert")}}],
    }
    made, codes = fired(functional(layers=[conversion, pooling]), NEW, "3.9-")
    assert codes == ["RDR104"]
    (left,) = made["config"]["layers"]
    assert left["inbound_nodes"][0]["kwargs"]["mask"] == tensor("mask")
    casting = {**conversion, "config": {"dtype": "float32"}}
    stays = functional(layers=[casting, pooling])
    assert fired(stays, NEW, "3.9-") == (stays, [])


def test_a_single_output_has_no_list_from_3_10_on() -> None:
    inner = functional(input_layers=[["x", 0, 0]], output_layers=[["y", 0, 0]])
    outer = {"class_name": "Sequential", "config": {"name": "outer", "layers": [inner]}}
    made, codes = fired(outer, OLD, "3.9-")
    assert codes == ["RDR105"]
    assert made["config"]["layers"][0]["config"]["output_layers"] == ["y", 0, 0]
    assert fired(made, OLD, "3.9-") == (made, [])
    several = functional(input_layers=[["x", 0, 0], ["z", 0, 0]], output_layers={"y": ["y", 0, 0]})
    assert fired(several, OLD, "3.9-") == (several, [])


def test_a_list_that_a_later_release_wrote_is_meant() -> None:
    listed = functional(output_layers=[["y", 0, 0]])
    assert fired(listed, NEW, "3.9-") == (listed, [])


def test_a_single_output_has_a_list_before_3_5() -> None:
    bare = functional(output_layers=["y", 0, 0])
    made, codes = fired(bare, NEW, "3.3,3.4")
    assert codes == ["RDR106"]
    assert made["config"]["output_layers"] == [["y", 0, 0]]


def test_rms_scaling_goes_where_it_is_false() -> None:
    def written(value: bool) -> dict[str, Any]:
        config = {"axis": -1, "rms_scaling": value}
        return {"module": "keras.layers", "class_name": "LayerNormalization", "config": config}

    made, codes = fired(written(False), OLD, "3.11-")
    assert codes == ["RDR107"]
    assert made["config"] == {"axis": -1}
    assert fired(written(True), OLD, "3.11-") == (written(True), [])
    assert fired(written(False), OLD, "3.9,3.10") == (written(False), [])


def test_the_range_of_values_of_a_rotation_goes_whatever_it_is() -> None:
    value = {
        "module": "keras.layers",
        "class_name": "RandomRotation",
        "config": {"factor": 1, "value_range": [0, 1]},
    }
    made, codes = fired(value, Version("3.4.1"), "3.4,3.6")
    assert (made["config"], codes) == ({"factor": 1}, ["RDR117"])
    assert fired(value, Version("3.4.1"), "3.3-3.5") == (value, [])
    own = {**value, "module": None, "registered_name": "own>RandomRotation"}
    assert fired(own, Version("3.4.1"), "3.6") == (own, [])


def test_an_argument_that_3_16_took_away_is_left_out_where_it_says_nothing() -> None:
    value = {
        "module": "keras.layers",
        "class_name": "EinsumDense",
        "config": {"equation": "ab,bc->ac", "gptq_unpacked_column_size": None},
    }
    made, codes = fired(value, NEW, "3.12-,nightly")
    assert (made["config"], codes) == ({"equation": "ab,bc->ac"}, ["RDR113"])
    assert fired(value, NEW, "3.12-") == (value, [])
    packed = {**value, "config": {"gptq_unpacked_column_size": 4}}
    assert fired(packed, NEW, "nightly") == (packed, [])


def test_a_flip_says_its_only_axis_as_a_number() -> None:
    value = {"module": "keras.src.ops.numpy", "class_name": "Flip", "config": {"axis": [1]}}
    assert fired(value, NEW, "3.9-") == ({**value, "config": {"axis": 1}}, ["RDR114"])
    both = {**value, "config": {"axis": [1, 2]}}
    assert fired(both, NEW, "3.9-") == (both, [])


ENDS = {"input_layers": [["x", 0, 0]], "output_layers": [["y", 0, 0]]}


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("LayerNormalization", {"rms_scaling": False}),
        ("RandomRotation", {"value_range": [0, 1]}),
        ("EinsumDense", {"gptq_unpacked_column_size": None}),
        ("Flip", {"axis": [1]}),
        ("OrthogonalInitializer", {"gain": 1.0}),
        ("Ensemble", ENDS),
    ],
)
@pytest.mark.parametrize("module", [None, "here.layers"])
def test_a_class_of_the_author_keeps_its_arguments(
    name: str, config: dict[str, Any], module: str | None
) -> None:
    own = {"module": module, "class_name": name, "registered_name": f"here>{name}", "config": config}
    for writer in ("3.4.1", "3.9.2", "3.15.1"):
        for readers in ("3.3,3.4", "3.9-", "3.11-", "nightly"):
            assert fired(own, Version(writer), readers) == (own, [])


@pytest.mark.parametrize(
    "config",
    [
        {"class_name": "Dense", "config": {"rms_scaling": False, "value_range": None, "axis": [1]}},
        {"class_name": "EinsumDense", "config": {"equation": "ab,bc->ac"}},
    ],
)
def test_other_classes_keep_arguments_of_the_same_names(config: dict[str, Any]) -> None:
    entry = {"module": "keras.layers", **config}
    for writer in ("3.4.1", "3.9.2", "3.15.1"):
        for readers in ("3.9-", "3.11-", "nightly"):
            assert fired(entry, Version(writer), readers) == (entry, [])
