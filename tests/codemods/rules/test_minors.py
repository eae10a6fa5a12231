"""Code of Keras 3 against the minor that a project pins."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.config import detect_version
from codemods.rules.minors import CHANGED, GONE, LATER
from codemods.testing import run

HEAD = "import keras\nfrom keras import ops\n"


def found(code: str, version: str) -> list[tuple[str, str]]:
    """Codes of this family, each with its message."""
    findings = run(HEAD + code, version=version).findings
    return [(one.code, one.message) for one in findings if one.code.startswith("MIN")]


@pytest.mark.parametrize(
    ("code", "version", "codes"),
    [
        ("keras.layers.Resizing(8, 8, antialias=True)\n", "3.6.0", ["MIN001"]),
        ("keras.layers.Resizing(8, 8, antialias=True)\n", "3.9.2", []),
        ("keras.layers.Resizing(8, 8)\n", "3.6.0", []),
        ("ops.image.resize(image=x, size=(2, 2))\n", "3.4.1", ["MIN002"]),
        ("ops.image.resize(image=x, size=(2, 2))\n", "3.3.3", []),
        ("ops.image.resize(x, (2, 2))\n", "3.15.1", []),
        ("keras.layers.LayerNormalization(rms_scaling=True)\n", "3.10.0", []),
        ("keras.layers.LayerNormalization(rms_scaling=True)\n", "3.11.3", ["MIN002"]),
        ("keras.optimizers.Muon(0.1)\n", "3.12.4", []),
        ("keras.optimizers.Muon(0.1)\n", "3.13.2", ["MIN003"] * 3),
        ("keras.optimizers.Muon(0.1, ns_steps=6, weight_decay=0.1)\n", "3.13.2", ["MIN003"]),
        ("keras.optimizers.Muon(0.1, **settings)\n", "3.13.2", []),
    ],
)
def test_the_destination_decides(code: str, version: str, codes: list[str]) -> None:
    assert [one for one, _ in found(code, version)] == codes


def test_messages_name_the_minor_and_what_to_do() -> None:
    ((_, text),) = found("keras.layers.Dense(2, quantization_config=None)\n", "3.12.4")
    assert text == "layers.Dense(quantization_config=) came with Keras 3.13, the destination is 3.12.4"
    ((_, text),) = found("keras.regularizers.serialize(initializer=r)\n", "3.15.1")
    assert text == "regularizers.serialize(initializer=) is gone since Keras 3.4: it is `regularizer`"


def test_the_pin_of_a_project_is_the_destination(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("keras>=3.4,<3.9\n")
    pinned = detect_version(tmp_path)
    assert pinned is not None
    assert found("keras.layers.Resizing(8, 8, antialias=True)\n", str(pinned)) != []
    (tmp_path / "requirements.txt").write_text("keras>=3.4\n")
    newest = detect_version(tmp_path)
    assert newest is not None
    assert found("keras.layers.Resizing(8, 8, antialias=True)\n", str(newest)) == []


def test_no_argument_is_in_two_tables() -> None:
    assert not {(name, argument) for name, arguments in LATER.items() for argument in arguments} & {
        (name, argument) for table in (GONE, CHANGED) for name in table for argument in table[name]
    }
