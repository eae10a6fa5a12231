"""Whatever the bytes: the scan answers with findings, never with another exception; and the short form of the fuzz."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.findings import Finding
from migrate.scan.config import scan_json, scan_value
from migrate.scan.files import is_unsafe, scan_one
from migrate.scan.graph import examined, scan_graph_text, scan_keras_metadata, scan_saved_model_proto
from migrate.scan.numpy_files import scan_numpy
from migrate.scan.pickles import scan_pickle
from tests.scan.exploits import bytecode, layer

ROOT = Path(__file__).resolve().parents[2]
WORDS = st.sampled_from(
    [
        "class_name",
        "config",
        "module",
        "registered_name",
        "function",
        "Lambda",
        "builtins",
        "os",
        "keras.layers",
        "layers",
        "name",
        "vocabulary",
        "/etc/passwd",
        "__lambda__",
        "TFOpLambda",
        "spec_name",
        "__typespec__",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=30,
)


@given(VALUES)
@settings(max_examples=300, deadline=None)
def test_any_json_has_an_answer(value: object) -> None:
    for findings in (scan_value(value, "x"), scan_json(json.dumps(value), "x")):
        assert all(isinstance(finding, Finding) for finding in findings)


@given(VALUES)
@settings(max_examples=150, deadline=None)
def test_bytecode_is_found_wherever_it_hides(value: object) -> None:
    hidden = layer(
        "Lambda", {"name": "l", "function": bytecode(Path("/nowhere/x")), "function_type": "lambda"}
    )
    for around in (
        [value, hidden],
        {"a": {"b": [hidden]}, "c": value},
        {"text": json.dumps({"deep": hidden})},
    ):
        assert is_unsafe(scan_value(around, ""))


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_have_an_answer(data: bytes) -> None:
    for findings in (
        scan_pickle(data, "x"),
        scan_numpy(io.BytesIO(data), "x"),
        scan_numpy(io.BytesIO(b"\x93NUMPY\x01\x00" + data), "x"),
        scan_graph_text(data.decode("latin-1"), "x"),
        *(
            examined(partial(s, memoryview(data), "x"), "x")
            for s in (scan_saved_model_proto, scan_keras_metadata)
        ),
    ):
        assert all(isinstance(finding, Finding) for finding in findings)


@given(VALUES, st.integers(0, 5))
@settings(max_examples=200, deadline=None)
def test_plain_data_in_any_protocol_is_clean(value: object, protocol: int) -> None:
    assert list(scan_pickle(pickle.dumps(value, protocol), "x")) == []


@given(
    st.sampled_from([b"PK\x03\x04", b"\x80\x04", b"\x93NUMPY", b"{", b"\x08\x01\x12", b"\x0a\x05\x0a"]),
    st.binary(),
)
@settings(max_examples=200, deadline=None)
def test_any_file_has_an_answer(tmp_path_factory: pytest.TempPathFactory, head: bytes, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(head + data)
    assert scan_one(path).verdict in ("clean", "warning", "unsafe")


@pytest.mark.slow
def test_the_fuzz_in_its_short_form() -> None:
    command = [sys.executable, "scripts/fuzz.py", "--inputs", "400", "--salt", "short"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["strange"] == []
    assert report["peak_mb"] < 1024


@pytest.mark.parametrize("stream", ["1", "2"])
def test_what_escapes_a_reader_fails_the_guided_fuzz(tmp_path: Path, stream: str) -> None:
    """atheris writes tracebacks to standard output, libFuzzer its figures to standard error."""
    python = tmp_path / "python"
    said = "=== Uncaught Python exception: ===\nAttributeError\nnumber_of_executed_units: 7"
    python.write_text(f"#!/bin/sh\necho '{said}' >&{stream}\nexit 77\n")
    python.chmod(0o755)
    command = [
        sys.executable,
        "scripts/fuzz.py",
        "--engine",
        "atheris",
        "--python",
        str(python),
        "--inputs",
        "7",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "AttributeError" in json.loads(done.stdout)["strange"][0]
