"""Functions mean the same, whichever Python compiled them."""

from __future__ import annotations

import base64
import struct
from dataclasses import replace
from typing import Any

import pytest

from migrate.bytecode.decode import readings
from migrate.bytecode.errors import Refused
from migrate.bytecode.marshal import read_code
from tests.bytecode.support import VERSIONS, compiled, recovered

EXPECTED = {
    "lambda": "x / 127.5 - 1.0",
    "closure": "tf.math.reduce_sum(x, axis=1, keepdims=False) * 2.5",
    "default": "x ** 2.0",
    "branches": "tf.math.reduce_mean(x, axis=-1, keepdims=False)",
    "conditional": "x[:, 0]",
    "loop": "tf.concat([x[:, 0:2], x[:, 2:4]], axis=1)",
    "loop_with_end": "x * 2.0 * 2.0",
    "comprehension": "tf.stack([x[:, 0] * 1.0, x[:, 1] * 2.0], axis=1)",
    "generator": "x[:, 0] + x[:, 1]",
    "dictionary": "x * 1.0 + x * 3.0",
    "nested": "x * 2.0 + x * 3.0",
    "star": "tf.reshape(x, shape=[-1, 2, 10])",
    "imports": "tf.nn.relu(x)",
    "imports_from": "tf.math.abs(x)",
    "slices": "[x[:, ::2, -1:], x[..., 0]]",
    "numbers": "(x - 3.0) / 3.0 * -1.5",
    "arrays": "x * [1.0, 2.0, 3.0, 4.0]",
    "size": "x / 5.0",
    "named": "tf.math.reduce_sum(x, axis=[1], keepdims=True)",
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", EXPECTED)
def test_function_is_recovered(name: str, version: str) -> None:
    found = recovered(compiled(version)[name])
    assert found.source == EXPECTED[name]
    assert version in found.versions


@pytest.mark.parametrize("version", VERSIONS)
def test_list_of_inputs_is_unpacked(version: str) -> None:
    found = recovered(compiled(version)["unpack"], inputs=2)
    assert found.source == "args[0] + tf.math.exp(0.5 * args[1])"


def on_windows(function: Any) -> Any:
    """The function as Keras on Windows dumped it: ``marshal.dumps(code).replace(b"\\\\", b"/")``."""
    code, *rest = function
    return [base64.b64encode(base64.b64decode(code).replace(b"\\", b"/")).decode(), *rest]


@pytest.mark.parametrize("version", VERSIONS)
def test_function_that_windows_wrote_means_the_same(version: str) -> None:
    """UNPACK_SEQUENCE has the number of the backslash up to 3.12; CPython itself no longer runs such a function."""
    function = compiled(version)["unpack"]
    assert (on_windows(function) == function) == (version == "3.13")
    found = recovered(on_windows(function), inputs=2)
    assert found.source == "args[0] + tf.math.exp(0.5 * args[1])"


def test_number_that_windows_may_have_changed_is_refused() -> None:
    code, *rest = on_windows(compiled("3.10")["unpack"])
    other = base64.b64decode(code).replace(struct.pack("<d", 0.5), struct.pack("<d", 15.5))  # has a byte `/`
    with pytest.raises(Refused, match=r"15\.5 may be another number"):
        recovered([base64.b64encode(other).decode(), *rest], inputs=2)


def test_one_replaced_instruction_tells_of_all_functions_and_of_tuples() -> None:
    """The function that unpacks holds another, and that one the number, among others in a tuple."""
    whole = read_code(base64.b64decode(on_windows(compiled("3.10")["unpack"])[0]))
    alone = read_code(base64.b64decode(compiled("3.10")["lambda"][0]))
    inner = replace(alone, consts=(*alone.consts, (1, 47)))
    assert readings(inner) == ("3.10",)
    with pytest.raises(Refused, match=r"\(1, 47\) may be another number"):
        readings(replace(whole, consts=(*whole.consts, inner)))


@pytest.mark.parametrize("version", VERSIONS)
def test_missing_global_is_named_and_can_be_given(version: str) -> None:
    function = compiled(version)["missing"]
    with pytest.raises(Refused) as refusal:
        recovered(function)
    assert refusal.value.missing == "SCALE"
    assert refusal.value.instruction == "LOAD_GLOBAL 'SCALE'"
    assert recovered(function, defined={"SCALE": 0.5}).source == "x * 0.5"


@pytest.mark.parametrize("version", VERSIONS)
def test_argument_of_the_layer_overrides_the_default(version: str) -> None:
    assert recovered(compiled(version)["default"], arguments={"power": 3}).source == "x ** 3.0"
