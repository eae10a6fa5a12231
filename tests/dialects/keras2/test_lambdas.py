"""Lambdas of bytecode become operations, wherever they stand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrate.bytecode.from_source import read_source
from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras2.lambdas import lambda_bytecode
from migrate.dialects.keras2_config_writer import emit_keras2
from migrate.dialects.rule import Era, Notes
from migrate.findings import MigrationError
from tests.bytecode.functions import of_source

ERA = Era.of("2.15.0", "tensorflow")
X = Layer("InputLayer", "x", {"batch_input_shape": [None, 5, 4], "dtype": "float32"})


def lambda_layer(source: str, name: str = "f", **config: Any) -> Layer:
    return Layer(
        "Lambda", name, {"name": name, "function": of_source(source), "function_type": "lambda"} | config
    )


def graph(*layers: Layer, outputs: Any) -> Model:
    return Model("Functional", "m", Topology.FUNCTIONAL, (X, *layers), TensorRef("x"), outputs)


def called(layer: Layer, *arguments: Any) -> Layer:
    return replace(layer, nodes=tuple(Node((argument,)) for argument in arguments))


def changed(model: Model, era: Era = ERA) -> tuple[Model, Notes]:
    notes = Notes()
    return lambda_bytecode(model, era, notes), notes


def functions(model: Model) -> dict[str, Any]:
    return {layer.name: layer.config.get("function") for layer in model.layers if layer.name != "x"}


def test_the_last_operation_has_the_name_of_the_layer() -> None:
    model, notes = changed(
        graph(called(lambda_layer("def f(x): return x / 2.0 - 1.0"), TensorRef("x")), outputs=TensorRef("f"))
    )
    assert functions(model) == {"f_truediv": "math.truediv", "f": "math.subtract"}
    assert model.outputs == TensorRef("f")
    (said,) = notes.findings
    assert (said.code, said.place) == ("CFG130", "f")
    assert "x / 2.0 - 1.0" in said.message
    assert notes.bytecode is not None
    assert "3.11" in notes.bytecode


def test_each_result_has_a_name() -> None:
    layer = called(lambda_layer("def f(x): return [x[:, 0], x]"), TensorRef("x"))
    model, _ = changed(graph(layer, outputs=[TensorRef("f", 0, 1), TensorRef("f", 0, 0)]))
    assert functions(model) == {"f": "__operators__.getitem", "f_1": "cast"}
    assert model.outputs == [TensorRef("f_1"), TensorRef("f")]


def test_each_call_is_interpreted_for_its_own_shape() -> None:
    source = "def f(x): return x * K.int_shape(x)[-1]"
    cut = called(lambda_layer("def g(x): return x[..., :3]", "g"), TensorRef("x"))
    layer = called(lambda_layer(source), TensorRef("x"), TensorRef("g"))
    model, _ = changed(graph(cut, layer, outputs=[TensorRef("f"), TensorRef("f", 1)]))
    factors = [layer.nodes[0].kwargs["y"] for layer in model.layers if layer.name in ("f", "f_1")]
    assert factors == [4.0, 3.0]


def test_a_layer_that_is_called_on_its_own_result() -> None:
    layer = called(lambda_layer("def f(x): return x + 1.0"), TensorRef("x"), TensorRef("f"))
    model, _ = changed(graph(layer, outputs=TensorRef("f", 1)))
    assert model.layer("f_1").nodes == (Node((TensorRef("f"),), {"y": 1.0}),)
    assert model.outputs == TensorRef("f_1")


def test_indices_are_written_as_tf_keras_does() -> None:
    layer = called(lambda_layer("def f(x): return x[..., ::2]"), TensorRef("x"))
    model, _ = changed(graph(layer, outputs=TensorRef("f")))
    assert model.layer("f").class_name == "SlicingOpLambda"
    spec = [{"class_name": "__ellipsis__"}, {"start": None, "stop": None, "step": 2}]
    assert emit_keras2(model)["config"]["layers"][1]["inbound_nodes"] == [["x", 0, 0, {"slice_spec": spec}]]


def test_a_sequential_model_becomes_a_graph() -> None:
    layers = (X, lambda_layer("def f(x): return K.mean(x, axis=1)"), Layer("Dense", "d", {"units": 2}))
    model, _ = changed(Model("Sequential", "s", Topology.SEQUENTIAL, layers))
    assert model.topology is Topology.FUNCTIONAL
    assert model.layer("d").nodes == (Node((TensorRef("f"),)),)


def test_a_wrapped_function_becomes_a_model_of_one_step() -> None:
    inner = lambda_layer("def f(x): return x * K.int_shape(x)[-1]", "step")
    wrapper = Layer("TimeDistributed", "td", {}, (Node((TensorRef("x"),)),), children={"layer": inner})
    model, notes = changed(graph(wrapper, outputs=TensorRef("td")))
    step = model.layer("td").children["layer"].model
    assert step is not None
    assert step.layers[0].config["batch_input_shape"] == [None, 4]
    assert step.layer("step").nodes[0].kwargs == {"y": 4.0}
    assert notes.findings[0].place == "td/step"


def test_a_given_global_is_used_and_a_missing_one_named() -> None:
    model = graph(called(lambda_layer("def f(x): return x * SCALE"), TensorRef("x")), outputs=TensorRef("f"))
    with pytest.raises(MigrationError) as refused:
        changed(model)
    assert (refused.value.code, refused.value.place) == ("CFG017", "f")
    assert "LOAD_GLOBAL 'SCALE'" in refused.value.message
    assert refused.value.hint == "Pass its value with --define SCALE=VALUE."
    known, _ = changed(model, replace(ERA, defined={"SCALE": 0.5}))
    assert known.layer("f").nodes[0].kwargs == {"y": 0.5}


@pytest.mark.parametrize(
    ("source", "config", "words"),
    [
        ("def f(x): return K.in_train_phase(x, x * 2.0)", {}, "during training"),
        ("def f(x):\n if K.sum(x) > 0: return x\n return -x", {}, "values of a tensor"),
        ("def f(x): return x", {"mask": [[1]]}, "its own mask"),
        ("def f(x): return 5", {}, "not a tensor"),
        ("def f(x): return x.op", {}, "'op'"),
    ],
)
def test_what_is_not_interpreted_is_refused_with_a_hint(
    source: str, config: dict[str, Any], words: str
) -> None:
    layer = called(lambda_layer(source, **config), TensorRef("x"))
    with pytest.raises(MigrationError) as refused:
        changed(graph(layer, outputs=TensorRef("f")))
    assert refused.value.code == "CFG017"
    assert words in refused.value.message
    assert "--architecture" in refused.value.hint


def test_a_function_that_takes_the_mask_is_refused_only_where_there_is_one() -> None:
    function = lambda_layer("def f(x, mask=None): return x * 2.0 if mask is None else x")
    masking = Layer("Masking", "masking", {"mask_value": 0.0}, (Node((TensorRef("x"),)),))
    plain, _ = changed(graph(called(function, TensorRef("x")), outputs=TensorRef("f")))
    assert functions(plain)["f"] == "math.multiply"
    with pytest.raises(MigrationError):
        changed(graph(masking, called(function, TensorRef("masking")), outputs=TensorRef("f")))


def test_a_function_that_makes_no_mask_is_none() -> None:
    given = {"mask": of_source("def m(x, mask): return None"), "mask_type": "lambda"}
    model, _ = changed(
        graph(
            called(lambda_layer("def f(x): return x * 2.0", **given), TensorRef("x")), outputs=TensorRef("f")
        )
    )
    assert functions(model)["f"] == "math.multiply"
    made = {"mask": of_source("def m(x, mask): return x > 0"), "mask_type": "lambda"}
    with pytest.raises(MigrationError, match="its own mask"):
        changed(
            graph(called(lambda_layer("def f(x): return x", **made), TensorRef("x")), outputs=TensorRef("f"))
        )


def test_a_named_function_keeps_its_layer_without_the_bytecode_of_its_shape() -> None:
    config = {"function": "scale", "function_type": "function"}
    shape = {"output_shape": of_source("def s(shape): return shape"), "output_shape_type": "lambda"}
    layer = called(Layer("Lambda", "f", config | shape), TensorRef("x"))
    model, _ = changed(graph(layer, outputs=TensorRef("f")))
    assert model.layer("f").config == config


def test_what_is_handed_on_loses_its_mask() -> None:
    """An identity would be the tensor itself in Keras 3."""
    layer = called(lambda_layer("def f(x): return x"), TensorRef("x"))
    model, _ = changed(graph(layer, outputs=TensorRef("f")))
    assert model.layer("f").config == {"function": "cast"}
    assert model.layer("f").nodes == (Node((TensorRef("x"),), {"dtype": "float32"}),)


def test_noise_is_drawn_by_a_layer() -> None:
    source = "def f(x): return x + K.random_normal(shape=(K.shape(x)[0], 5, 4), stddev=0.1)"
    model, _ = changed(graph(called(lambda_layer(source), TensorRef("x")), outputs=TensorRef("f")))
    (noise,) = (layer for layer in model.layers if layer.class_name == "NormalNoise")
    assert noise.registered_name == "keras_migrate>NormalNoise"
    assert noise.config == {"mean": 0.0, "stddev": 0.1}
    (shape,) = noise.nodes[0].args
    assert model.layer(shape.layer).config == {"function": "fill"}


def test_noise_of_one_shape_for_all_batches_is_refused() -> None:
    source = "def f(x): return x + K.random_normal(shape=(32, 5, 4))"
    with pytest.raises(MigrationError, match="draws random numbers"):
        changed(graph(called(lambda_layer(source), TensorRef("x")), outputs=TensorRef("f")))


def test_a_given_function_of_source_is_expressed_and_another_left_alone() -> None:
    known = read_source("def scale(x):\n    return x * 3.0\ndef odd(x):\n    return open(x)\n")
    era = replace(ERA, defined=known)
    for name, expected in (("scale", "TFOpLambda"), ("odd", "Lambda")):
        config = {"function": name, "function_type": "function"}
        layer = called(Layer("Lambda", "f", config), TensorRef("x"))
        model, _ = changed(graph(layer, outputs=TensorRef("f")), era)
        assert model.layer("f").class_name == expected
