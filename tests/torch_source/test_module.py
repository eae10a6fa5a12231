"""The source of a PyTorch module: what one would write by hand, and nothing of a file's own."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from migrate.findings import MigrationError
from migrate.torch_source.graph import Graph, Layer
from migrate.torch_source.module import write_source
from migrate.torch_source.windows import Window, same_padding
from tests.torch_source.makers import chain, conv2d, dense, layer

FLATTEN = layer("Flatten", {"data_format": "channels_last"})


def body(text: str) -> str:
    """The classes of a source."""
    return text[text.index("class ") : text.index("def load(")].rstrip()


def test_source_is_what_one_writes_by_hand() -> None:
    pool = layer(
        "MaxPooling2D",
        {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid", "data_format": "channels_last"},
    )
    shapes = [(None, 9, 9, 3), (None, 7, 7, 4), (None, 3, 3, 4), (None, 36), (None, 2)]
    graph, arrays = chain(
        shapes,  # type: ignore[arg-type]
        ("stem", conv2d(3, 4, 3, activation="relu")),
        ("pool", pool),
        ("flatten", FLATTEN),
        ("head", dense(36, 2, "softmax")),
    )
    written = write_source(graph, arrays)
    assert (
        body(written.text)
        == """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, bias=False)
        self.head = nn.Linear(36, 2)

    def forward(self, image):
        x = F.relu(self.stem(image.permute(0, 3, 1, 2)))
        x = F.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = torch.softmax(self.head(x), dim=-1)
        return x"""
    )
    assert {name: array.shape for name, array in written.state.items()} == {
        "stem.weight": (4, 3, 3, 3),
        "head.weight": (2, 36),
        "head.bias": (2,),
    }
    assert np.array_equal(written.state["head.weight"], arrays["head|kernel"].T)
    assert "TRACE.setdefault('pool/0', x.permute(0, 2, 3, 1))" in written.traced
    assert "TRACE" not in written.text


@pytest.mark.parametrize(
    ("size", "stride", "length", "expected"),
    [
        (3, 1, None, (1, 1)),
        (2, 1, 8, (0, 1)),
        (3, 2, 8, (0, 1)),
        (3, 2, 9, (1, 1)),
        (5, 3, 7, (2, 2)),
        (1, 2, 7, (0, 0)),
    ],
)
def test_an_odd_rest_of_padding_goes_to_the_end(
    size: int, stride: int, length: int | None, expected: tuple[int, int]
) -> None:
    assert same_padding(Window((size,), (stride,), (1,)), (length,)) == [expected]


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (8, "self.conv(F.pad(image.permute(0, 3, 1, 2), (0, 1, 0, 1)))"),
        (9, "self.conv(image.permute(0, 3, 1, 2))"),
        (None, "self.conv(pad_same(image.permute(0, 3, 1, 2), (3, 3), (2, 2), (1, 1)))"),
    ],
)
def test_padding_same_of_strides(length: int | None, expected: str) -> None:
    half = None if length is None else -(-length // 2)
    graph, arrays = chain(
        [(None, length, length, 3), (None, half, half, 4)],
        ("conv", conv2d(3, 4, 3, strides=[2, 2], padding="same")),
    )
    text = write_source(graph, arrays).text
    assert f"x = {expected}" in text
    assert ("def pad_same" in text) is (length is None)
    assert ("padding=1" in text) is (length == 9)


HOSTILE = [
    'a"""\nimport os\nos.system("x")\n"""',
    "training",
    "class",
    "1st",
    "x",
    "torch",
    "\u2028__init__",
    "F",
    "load_state_dict",
    "é",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_a_file_bring_no_python_of_its_own(name: str) -> None:
    first, second = dense(2, 2), layer("GaussianNoise", {"stddev": 0.1})
    graph, arrays = chain([(None, 2), (None, 2), (None, 2)], (name, first), (f"{name} ", second), name=name)
    for text in (write_source(graph, arrays).text, write_source(graph, arrays).traced):
        tree = ast.parse(text)
        imported = {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        }
        assert imported <= {"torch", "torch.nn.functional"}
        assert [
            type(node).__name__ for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)
        ] in (
            ["Expr", "ClassDef", "FunctionDef"],
            ["Expr", "Assign", "ClassDef", "FunctionDef"],
        )
        called = {
            n.func.attr
            for n in ast.walk(tree)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)
        }
        assert "system" not in called
    (attribute,) = {key.rpartition(".")[0] for key in write_source(graph, arrays).state}
    assert attribute.isidentifier()
    assert attribute not in ("training", "class", "load_state_dict")


@pytest.mark.parametrize("text", ["__import__('os')", "1; import os", "a\nb", "[].x", '""" + x'])
@pytest.mark.parametrize("key", ["use_bias", "units", "activation"])
def test_a_configuration_brings_no_python_of_its_own(key: str, text: str) -> None:
    record, weights = dense(2, 2)
    graph, arrays = chain([(None, 2), (None, 2)], ("head", (record, weights)))
    graph.layers["head"].config[key] = {"inner": [text]} if key == "use_bias" else text
    with pytest.raises(MigrationError) as caught:
        write_source(graph, arrays)
    assert caught.value.code == "EXP028"


def test_a_dtype_brings_no_python_of_its_own() -> None:
    graph, arrays = chain([(None, 2), (None, 2)], ("head", dense(2, 2)), dtype='"""\nimport os\n"""')
    assert "import os\n" not in write_source(graph, arrays).text


def of(record: Layer) -> tuple[Graph, dict[str, np.ndarray]]:  # type: ignore[type-arg]
    return chain([(None, 4), (None, 4)], ("odd", (record, {})))


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (Layer("Mine", "custom_objects"), "not supported"),
        (Layer("Dense", "custom_objects"), "not supported"),  # a class of the user's own under a stock name
        (Layer("Erfinv", "keras.src.ops.math"), "not supported"),
        (Layer("Activation", "keras.src.layers.activations", {"activation": "mine>gate"}), "'mine>gate'"),
        (Layer("Softmax", "keras.src.layers.activations", {"axis": [1, 2]}), "several axes"),
        (Layer("ReLU", "keras.src.layers.activations", {}, "float16"), "float16"),
        (Layer("ReLU", "keras.src.layers.activations", {}, shared=True), "outside a nested model"),
    ],
)
def test_what_has_no_form_is_refused_with_the_layer(record: Layer, why: str) -> None:
    kept = Layer(record.class_name, record.module, record.config, record.dtype, shared=record.shared)
    graph, arrays = of(kept)
    graph.layers["odd"] = kept
    with pytest.raises(MigrationError) as caught:
        write_source(graph, arrays)
    assert caught.value.code == "EXP028"
    assert caught.value.place == "odd"
    assert why in caught.value.message
    assert record.class_name in caught.value.message
