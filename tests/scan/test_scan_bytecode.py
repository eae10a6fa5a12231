"""Bytecode, however its file spells the words that tell of it; and the layers behind the scan, each by itself."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import h5py
import pytest

from migrate.dialects.rule import Era
from migrate.dialects.translate import translate
from migrate.findings import MigrationError, Severity
from migrate.formats.bytecode import Bytecode, find_bytecode, refuse_bytecode
from migrate.formats.read import read
from migrate.scan import scan_artifact
from migrate.scan.config import scan_value
from migrate.scan.files import is_unsafe
from tests.scan.exploits import (
    archive,
    bytecode,
    field,
    graph,
    h5_model,
    lambda_h5,
    layer,
    saved_model,
    sequential,
)

CODE = bytecode(Path("/nowhere/marker"))
LAMBDA = layer("Lambda", {"name": "evil", "function": CODE, "function_type": "lambda", "module": "builtins"})
MODERN = layer(
    "Lambda", {"name": "evil", "function": {"class_name": "__lambda__", "config": {"value": CODE[0]}}}
)


def escaped(value: Any) -> str:
    """JSON in which the first letter of every text is written as an escape."""
    token = re.compile(r'"([^"\\])((?:[^"\\]|\\.)*)"')
    return token.sub(
        lambda match: f'"\\u{ord(match.group(1)):04x}{match.group(2)}"', json.dumps(value, ensure_ascii=True)
    )


def test_the_escape_changes_the_text_and_not_the_value() -> None:
    assert json.loads(escaped(sequential(LAMBDA))) == sequential(LAMBDA)
    assert "class_name" not in escaped(sequential(LAMBDA))


@pytest.mark.parametrize("config", [LAMBDA, MODERN], ids=["list", "__lambda__"])
@pytest.mark.parametrize("spelling", [json.dumps, escaped], ids=["plain", "escaped"])
def test_any_spelling_in_any_container(tmp_path: Path, config: dict[str, Any], spelling: Any) -> None:
    text = spelling(sequential(config))
    training = h5_model(tmp_path / "training.h5", sequential())

    with h5py.File(training, "a") as file:
        file.attrs["training_config"] = text
    metadata = saved_model(tmp_path / "metadata", graph())
    keras = field(1, field(2, 1) + field(3, b"root") + field(5, text.encode()))
    (metadata / "keras_metadata.pb").write_bytes(keras)
    inside = field(7, field(1, field(4, field(1, b"_tf_keras_layer") + field(3, text.encode()))))
    (tmp_path / "model.json").write_text(text)
    (tmp_path / "twice.json").write_text(json.dumps(text))
    for path in (
        h5_model(tmp_path / "model.h5", text),
        training,
        archive(tmp_path / "model.keras", text),
        tmp_path / "model.json",
        tmp_path / "twice.json",
        metadata,
        saved_model(tmp_path / "objects", graph(), inside),
    ):
        assert "SEC001" in {finding.code for finding in scan_artifact(path)}, path.name


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_encodings_that_loaders_understand(tmp_path: Path, encoding: str) -> None:
    """``json.loads`` tells the encoding of bytes by itself, so every loader of archives understands all of them."""
    for config, hostile in ((LAMBDA, True), (layer("Dense", {"name": "d", "units": 1}), False)):
        path = archive(tmp_path / "m.keras", "{}")
        path.unlink()

        with zipfile.ZipFile(path, "w") as opened:
            opened.writestr("metadata.json", "{}")
            opened.writestr("config.json", json.dumps(sequential(config)).encode(encoding))
        assert json.loads(json.dumps(sequential(config)).encode(encoding)) == sequential(config)
        assert is_unsafe(scan_artifact(path)) == hostile
        (tmp_path / "m.json").write_bytes(json.dumps(sequential(config)).encode(encoding))
        assert is_unsafe(scan_artifact(tmp_path / "m.json")) == hostile


def test_what_no_loader_can_decode_is_not_examined(tmp_path: Path) -> None:
    path = archive(tmp_path / "m.keras", "{}")
    path.unlink()

    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("metadata.json", "{}")
        opened.writestr(
            "config.json", b"\xff" + json.dumps(sequential(LAMBDA)).encode("utf-16")[1:] + b"\x01"
        )
    assert {finding.code for finding in scan_artifact(path)} == {"SEC014"}


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({"make_distribution_fn": "gAWV", "function": CODE, "function_type": "lambda"}, "Distribution.mean"),
        ({"kernel_posterior_fn": CODE, "kernel_posterior_fn_type": "function"}, "kernel_posterior.mean"),
        ({"function": CODE, "function_type": "lambda"}, "Replace the Lambda"),
    ],
)
def test_code_of_distributions_has_a_hint_of_its_own(config: dict[str, Any], word: str) -> None:
    found = [one for one in scan_value(layer("Other", config), "here") if one.code == "SEC001"]
    assert found
    assert all(one.severity is Severity.ERROR and word in one.hint for one in found)


def test_where_bytecode_is() -> None:
    inner = layer("Sequential", {"name": "encoder", "layers": [LAMBDA]})
    wrapped = layer("TimeDistributed", {"name": "td", "layer": MODERN})
    merge = layer("Merge", {"name": "m", "mode": CODE, "mode_type": "lambda"})
    assert list(find_bytecode(sequential(inner, wrapped, merge))) == [
        Bytecode("sequential/encoder/evil", "Lambda", "function", CODE),
        Bytecode("sequential/td/evil", "__lambda__", "value", CODE[0]),
        Bytecode("sequential/m", "Merge", "mode", CODE),
    ]
    named = layer("Lambda", {"name": "n", "function": "scale", "function_type": "function"})
    assert (
        list(find_bytecode(sequential(named, layer("Dense", {"name": "d", "kernel": ["4wEA", None, None]}))))
        == []
    )


@pytest.mark.parametrize(
    "name", ["Lambda", "layers.Lambda", "Any>Lambda", "src.layers.core.lambda_layer.Lambda"]
)
def test_any_path_to_the_class(name: str) -> None:
    with pytest.raises(MigrationError) as caught:
        refuse_bytecode({"class_name": name, "config": {"name": "l", "function": ["AAAA", None, None]}})
    assert (caught.value.code, caught.value.place) == ("SEC001", "l")


def test_code_with_letters_that_decoding_skips() -> None:
    """``func_load`` skips what is not of base64's alphabet, so a check of the first letters finds nothing."""
    disguised = ["!~" + CODE[0][:3] + "*" + CODE[0][3:], None, None]
    assert [found.key for found in find_bytecode({"deep": [{"anything": disguised}]})] == ["anything"]


def test_translation_refuses_bytecode_by_itself(tmp_path: Path) -> None:
    artifact = read(lambda_h5(tmp_path / "m.h5", tmp_path / "marker"))
    with pytest.raises(MigrationError) as caught:
        translate(artifact, Era.of("2.11.0", "tensorflow", "keras"))
    assert caught.value.code == "CFG017"
