"""Quantised models of tfmot: rounded weights, rounded activations, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer
from migrate.dialects.ecosystem.quantised import once_each, tensor, wrapped
from migrate.findings import MigrationError
from migrate.formats.artifact import SavedArray

ONE = np.float32(1.0)


def nowhere(position: int) -> None:
    return None


def quantised_dense(config: str, activated: Any, settings: Mapping[str, Any]) -> Layer:
    inner = Layer(
        "Dense",
        "dense",
        {"units": 2, "activation": activated},
        (),
        {"kernel": np.eye(2, dtype="float32") / 3},
    )
    weights = {
        "kernel_min": -ONE,
        "kernel_max": ONE,
        "pre_activation_min": -ONE,
        "pre_activation_max": ONE,
        "post_activation_min": -ONE,
        "post_activation_max": ONE,
        "output_min": -ONE,
        "output_max": ONE,
    }
    stored = {"class_name": config, "config": settings}
    return Layer(
        "tfmot>QuantizeWrapperV2",
        "quant_dense",
        {"quantize_config": stored},
        (),
        {key: np.asarray(value) for key, value in weights.items()},
        {"layer": inner},
    )


def parts(layer: Layer) -> list[str]:
    return [part.name.removeprefix("quant_dense_") for part in wrapped(layer, nowhere).parts]


DENSE = {"weight_attrs": ["kernel"], "activation_attrs": ["activation"], "quantize_output": False}


def held(name: str) -> dict[str, Any]:
    return {"class_name": "QuantizeAwareActivation", "config": {"activation": name}}


def test_relu_is_rounded_behind_and_softmax_in_front() -> None:
    behind = quantised_dense("Default8BitQuantizeConfig", held("relu"), DENSE)
    assert parts(behind) == ["layer", "activation", "post_activation_rounded"]
    front = quantised_dense("Default8BitQuantizeConfig", held("softmax"), DENSE)
    assert parts(front) == ["layer", "pre_activation_rounded", "activation"]


def test_no_activation_is_not_rounded_and_the_output_is() -> None:
    nothing = {"class_name": "NoOpActivation", "config": {}}
    found = quantised_dense("Default8BitQuantizeConfig", nothing, {**DENSE, "quantize_output": True})
    assert parts(found) == ["layer", "output_rounded"]


def test_the_kernel_is_stored_rounded() -> None:
    made = wrapped(quantised_dense("Default8BitQuantizeConfig", held("relu"), DENSE), nowhere).parts[0]
    kernel = made.weights["kernel"]
    assert kernel[0, 0] != np.float32(1 / 3)
    np.testing.assert_allclose(kernel, np.eye(2) / 3, atol=1 / 127)
    assert made.config["activation"] == "linear"


@pytest.mark.parametrize("config", ["Default8BitQuantizeConfigRNN", "MyConfig"])
def test_another_configuration_is_refused(config: str) -> None:
    with pytest.raises(MigrationError, match=config):
        wrapped(quantised_dense(config, "relu", DENSE), nowhere)


def test_an_activation_that_the_package_does_not_quantise_is_refused() -> None:
    with pytest.raises(MigrationError, match="activations"):
        wrapped(quantised_dense("Default8BitQuantizeConfig", held("elu"), DENSE), nowhere)


def test_ranges_that_are_missing_are_refused() -> None:
    bare = replace(quantised_dense("Default8BitQuantizeConfig", "relu", DENSE), weights={})
    with pytest.raises(MigrationError, match="ranges"):
        wrapped(bare, nowhere)


def test_a_wrapper_inside_is_refused() -> None:
    layer = quantised_dense("NoOpQuantizeConfig", "relu", {})
    outer = Layer("TimeDistributed", "td", {}, children={"layer": layer.children["layer"]})
    with pytest.raises(MigrationError, match="contains layers"):
        wrapped(replace(layer, children={"layer": outer}), nowhere)


def test_an_input_without_a_quantiser_passes() -> None:
    plain = Layer("tfmot>QuantizeLayer", "quantize_layer", {"quantizer": None})
    assert [part.class_name for part in tensor(plain, nowhere).parts] == ["Activation"]
    mine = Layer("tfmot>QuantizeLayer", "q", {"quantizer": {"class_name": "Mine", "config": {}}})
    with pytest.raises(MigrationError, match="Mine"):
        tensor(mine, nowhere)


def archived(**values: float) -> list[SavedArray]:
    return [SavedArray(name.replace("__", "/"), np.full(2, value)) for name, value in values.items()]


def named(arrays: list[SavedArray]) -> dict[str, float]:
    return {array.name: float(array.array[0]) for array in arrays}


def test_an_archive_gives_the_layer_what_the_wrapper_lists() -> None:
    layer = quantised_dense("Default8BitQuantizeConfig", held("relu"), DENSE)
    own = {f"vars__{at}": 10.0 + at for at in range(3, 8)}
    found = once_each(layer, archived(vars__0=1.0, vars__1=2.0, vars__2=1.0, **own, layer__vars__0=2.0))
    ranges = {f"vars/{at}": 13.0 + at for at in range(5)}
    assert named(found) == {**ranges, "layer/vars/0": 1.0, "layer/vars/1": 2.0}


def test_what_is_not_held_so_stays_as_it_is() -> None:
    layer = quantised_dense("Default8BitQuantizeConfig", held("relu"), DENSE)
    own = {f"vars__{at}": 10.0 + at for at in range(3, 8)}
    another = archived(vars__0=1.0, vars__1=3.0, vars__2=1.0, **own, layer__vars__0=2.0)
    assert once_each(layer, another) is another
    plain = archived(kernel=1.0, bias=2.0)
    assert once_each(layer, plain) is plain
