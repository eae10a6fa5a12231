"""Architectures as JSON and YAML, and the YAML that would run code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.findings import MigrationError
from migrate.formats.architecture import (
    architecture_writer,
    decode_architecture,
    parse_yaml,
    read_architecture,
)
from migrate.formats.artifact import Format
from migrate.formats.writers import BUILT_WITH
from tests.formats.makers import SEQUENTIAL

KERAS_YAML = """\
backend: tensorflow
class_name: Sequential
config:
- class_name: Dense
  config:
    batch_input_shape: !!python/tuple [null, 4]
    name: !!python/unicode 'dense_1'
    axis: !!python/object/apply:tensorflow.python.training.tracking.data_structures.ListWrapper
    - [1]
    units: 3
keras_version: 2.2.4
"""


def refused(text: str) -> MigrationError:
    with pytest.raises(MigrationError) as caught:
        parse_yaml(text, "a.yaml")
    assert caught.value.hint
    return caught.value


def test_yaml_of_keras_is_read_as_data(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(KERAS_YAML)
    artifact = read_architecture(path)
    assert artifact.format is Format.ARCHITECTURE_YAML
    assert artifact.writer.keras == "2.2.4"
    assert artifact.architecture is not None
    assert artifact.architecture["config"][0]["config"] == {
        "batch_input_shape": [None, 4],
        "name": "dense_1",
        "axis": [1],
        "units": 3,
    }


@pytest.mark.parametrize(
    "tag",
    [
        "object/apply:os.system",
        "object/new:subprocess.Popen",
        "name:os.system",
        "module:os",
        "object:builtins.eval",
    ],
)
def test_yaml_that_names_code_is_refused(tag: str) -> None:
    assert refused(f"class_name: !!python/{tag} ['true']").code == "SEC005"


def test_shapes_of_tensorflow_are_their_sizes() -> None:
    text = """
    !!python/object:tensorflow.python.framework.tensor_shape.TensorShape
    _dims:
    - !!python/object:tensorflow.python.framework.tensor_shape.Dimension {_value: null}
    - !!python/object:tensorflow.python.framework.tensor_shape.Dimension {_value: 3}
    """
    assert parse_yaml(text, "x") == [None, 3]


def test_a_wrapper_of_a_wrapper_is_no_way_in() -> None:
    text = "a: !!python/object/apply:x.ListWrapper [!!python/object/apply:os.system ['true']]"
    assert refused(text).code == "SEC005"


def test_yaml_bombs() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 60)]
    assert refused("\n".join(lines)).code == "SEC004"
    assert refused("a: &a [*a]").code == "SEC004"
    assert refused("[" * 5000).code == "SEC009"
    assert refused("x" * (5 << 20)).code == "SEC004"


def test_few_aliases_are_fine() -> None:
    assert parse_yaml("a: &s [1, 2]\nb: *s\n", "x") == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize("times", [1, 2, 3])
def test_json_within_json(times: int) -> None:
    text = json.dumps(SEQUENTIAL)
    for _ in range(times - 1):
        text = json.dumps(text)
    assert decode_architecture(text, "config", "x") == SEQUENTIAL


def test_nan_as_keras_writes_it() -> None:
    root = decode_architecture('{"class_name": "M", "config": {"low": NaN, "high": -Infinity}}', "c", "x")
    assert root["config"]["high"] == float("-inf")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "FMT015"),
        ("[]", "FMT015"),
        ('{"class_name": 3, "config": {}}', "FMT015"),
        ('"' + '\\"' * 3 + '"', "FMT015"),
        ('{"class_name": "M", "config": {"a": ' + "[" * 400 + "]" * 400 + "}}", "SEC009"),
        ("[" * 100_000, "SEC009"),
    ],
)
def test_what_is_no_architecture(text: str, code: str) -> None:
    with pytest.raises(MigrationError) as caught:
        decode_architecture(text, "config", "x")
    assert caught.value.code == code


def test_bare_functional_configuration_gets_its_class() -> None:
    bare = {"name": "m", "layers": [], "input_layers": [], "output_layers": []}
    assert decode_architecture(json.dumps(bare), "c", "x") == {"class_name": "Model", "config": bare}


def test_latin_1_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'{"class_name": "\xe9"}')
    with pytest.raises(MigrationError) as caught:
        read_architecture(path)
    assert caught.value.code == "FMT015"


@given(st.text(alphabet="!&*[]{}:-\n \"'abpython/", max_size=120))
def test_any_text_ends_in_a_value_or_a_refusal(text: str) -> None:
    try:
        parse_yaml(text, "x")
    except MigrationError as error:
        assert error.code.startswith(("FMT", "SEC"))  # noqa: PT017 - both endings are right


def test_who_built_an_architecture_is_not_who_wrote_the_weights() -> None:
    root = {"class_name": "Sequential", "config": {"name": "s", "layers": []}, BUILT_WITH: "2.21.0"}
    assert architecture_writer(root).keras is None
    assert architecture_writer(root | {"keras_version": "2.15.0"}).keras == "2.15.0"
