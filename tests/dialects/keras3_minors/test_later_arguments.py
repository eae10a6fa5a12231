"""Archives leave out arguments that older releases of Keras 3 do not know and that say nothing."""

from __future__ import annotations

from typing import Any

import pytest
from packaging.version import Version

from migrate.dialects.keras3_minors.later_arguments import portable_config as portable

OLDEST = Version("3.9.2")


def portable_config(value: Any, oldest: Version = OLDEST) -> Any:
    return portable(value, oldest)


def layer(class_name: str, **config: Any) -> dict[str, Any]:
    return {"module": "keras.layers", "class_name": class_name, "config": config, "registered_name": None}


def test_later_arguments_at_their_defaults_go_at_any_depth() -> None:
    kernel = {
        "module": "keras.initializers",
        "class_name": "GlorotUniform",
        "config": {"seed": None, "input_axes": None, "output_axes": None},
    }
    inner = layer("Dense", units=2, quantization_config=None, kernel_initializer=kernel)
    outer = portable_config(layer("TimeDistributed", layer=inner))
    made = outer["config"]["layer"]["config"]
    assert made == {"units": 2, "kernel_initializer": {**kernel, "config": {"seed": None}}}


def test_values_that_mean_something_stay() -> None:
    config = {"renorm": True, "renorm_momentum": 0.9, "quantization_config": {"mode": "int8"}}
    assert portable_config(layer("BatchNormalization", **config))["config"] == config


def test_renorm_goes_with_all_it_brought() -> None:
    config = {"axis": -1, "renorm": False, "renorm_clipping": None, "renorm_momentum": 0.99}
    assert portable_config(layer("BatchNormalization", **config))["config"] == {"axis": -1}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("Cast", {"name": "tf.cast", "dtype": "float32"}),
        ("StopGradient", {"name": "tf.stop_gradient"}),
    ],
)
def test_operations_without_a_name_argument_lose_theirs(config: str, expected: dict[str, Any]) -> None:
    value = {"module": "keras.src.ops.core", "class_name": config, "config": expected}
    assert "name" not in portable_config(value)["config"]


def test_an_operation_keeps_its_name_where_a_layer_has_the_one_that_it_would_get() -> None:
    config = {"name": "tf.concat", "axis": -1}
    operation = {
        "module": "keras.src.ops.numpy",
        "class_name": "Concatenate",
        "name": "tf.concat",
        "config": config,
    }
    beside = {**layer("Concatenate", name="concatenate_2"), "name": "concatenate_2"}
    alone = {"layers": [operation]}
    both = {"layers": [operation, beside]}
    assert portable_config(both)["layers"][0]["config"] == config
    assert "name" not in portable_config(alone)["layers"][0]["config"]
    outside = portable_config({"layers": [beside, {**layer("Functional", **alone), "name": "inner"}]})
    assert "name" not in outside["layers"][1]["config"]["layers"][0]["config"]


def test_operations_without_arguments_keep_their_names() -> None:
    value = {"module": "keras.src.ops.numpy", "class_name": "Add", "config": {"name": "tf.math.add"}}
    assert portable_config(value) == value


def test_an_argument_stays_for_readers_that_all_know_it() -> None:
    written = layer("Dense", units=2, lora_alpha=None, quantization_config=None)
    assert portable_config(written, Version("3.12.4"))["config"] == {"units": 2, "lora_alpha": None}
    assert portable_config(written, Version("3.13.2")) == written
    entry = layer("InputLayer", batch_shape=[None, 2], ragged=False, optional=False)
    assert portable_config(entry) == entry
    assert portable_config(entry, Version("3.6.0"))["config"] == {"batch_shape": [None, 2]}


def test_quantization_goes_where_the_policy_says_all_of_it() -> None:
    quantizer = {"value_range": [-127, 127], "epsilon": 1e-07, "output_dtype": "int8"}
    inner = {"module": "keras.quantizers", "class_name": "AbsMaxQuantizer", "config": quantizer}
    whole = {
        "module": "keras.quantizers",
        "class_name": "Int8QuantizationConfig",
        "config": {
            "weight_quantizer": None,
            "activation_quantizer": {**inner, "registered_name": None, "shared_object_id": 1},
        },
        "registered_name": None,
        "shared_object_id": 2,
    }
    assert "quantization_config" not in portable_config(layer("Dense", quantization_config=whole))["config"]
    other = {**whole, "config": {**whole["config"], "weight_quantizer": inner}}
    assert "quantization_config" in portable_config(layer("Dense", quantization_config=other))["config"]


def test_a_lora_factor_goes_where_it_is_one() -> None:
    assert "lora_alpha" not in portable_config(layer("Dense", lora_rank=2, lora_alpha=2))["config"]
    assert "lora_alpha" in portable_config(layer("Dense", lora_rank=2, lora_alpha=4))["config"]


def test_an_argument_of_one_class_stays_in_others() -> None:
    written = layer("Conv2D", data_format="channels_last")
    assert portable_config(written, Version("3.3.3")) == written
    assert portable_config(layer("RandomFlip", data_format="channels_last"), Version("3.3.3"))["config"] == {}


def test_layers_of_custom_objects_write_the_arguments_of_their_bases() -> None:
    """``attention_of_padding`` did not load in 3.9 to 3.13 for the sake of ``use_gate``."""
    entry = {
        "module": "custom_objects",
        "class_name": "MultiHeadAttentionKeras2",
        "registered_name": "keras_migrate>MultiHeadAttentionKeras2",
        "config": {"num_heads": 2, "use_gate": False, "sliding_window": None},
    }
    assert portable_config(entry, Version("3.9"))["config"] == {"num_heads": 2}
    foreign = {**entry, "registered_name": "theirs>Attention"}
    assert portable_config(foreign, Version("3.9")) == foreign
