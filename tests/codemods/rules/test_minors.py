"""Code of Keras 3 against the minor that a project pins."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from codemods.catalogue import defaults, load, newest
from codemods.config import detect_version
from codemods.rules.minors.arguments import INSTEAD
from codemods.rules.minors.defaults import CHANGED, SAME
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
        ("keras.distribution.initialize(proceed_id=0)\n", "3.0.5", []),
        ("keras.distribution.initialize(proceed_id=0)\n", "3.3.3", ["MIN002"]),
        ("keras.distribution.initialize(process_id=0)\n", "3.0.5", ["MIN001"]),
        (
            "keras.distribution.ModelParallel(device_mesh=m, layout_map=l)\n",
            "3.15.1",
            [],
        ),  # taken, without effect
        ("keras.ops.arange(3, steps=1)\n", "3.4.1", []),  # no minor has it
        ("keras.layers.BatchNormalization(renorm=True)\n", "3.4.1", []),  # Keras 2 had it: LAY004
        ("keras.optimizers.RMSprop(use_ema=True)\n", "3.2.1", []),
        ("keras.optimizers.RMSprop(use_ema=True)\n", "3.3.3", ["MIN003"]),
        ("keras.optimizers.RMSprop()\n", "3.3.3", []),
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
    assert text == "layers.Dense(quantization_config=) was added in Keras 3.13, the target is 3.12.4"
    ((_, text),) = found("keras.regularizers.serialize(initializer=r)\n", "3.15.1")
    assert text == "regularizers.serialize(initializer=) was removed in Keras 3.4: it is `regularizer`"
    ((_, text),) = found("keras.distribution.initialize(proceed_id=0)\n", "3.3.3")
    assert text == "distribution.initialize(proceed_id=) was removed in Keras 3.1: it is `process_id`"
    ((_, text),) = found("keras.layers.LayerNormalization(rms_scaling=True)\n", "3.12.4")
    assert text.endswith("was removed in Keras 3.11: True is the layer RMSNormalization")


def test_the_pin_of_a_project_is_the_destination(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("keras>=3.4,<3.9\n")
    pinned = detect_version(tmp_path)
    assert pinned is not None
    assert found("keras.layers.Resizing(8, 8, antialias=True)\n", str(pinned)) != []
    (tmp_path / "requirements.txt").write_text("keras>=3.4\n")
    newest = detect_version(tmp_path)
    assert newest is not None
    assert found("keras.layers.Resizing(8, 8, antialias=True)\n", str(newest)) == []


def test_each_default_that_the_catalogue_saw_change_is_judged() -> None:
    """Whoever regenerates the catalogue with a new release decides here what its defaults mean."""
    known, unjudged, minors = load(), set(), [(3, minor) for minor in range(newest[1] + 1)]
    for name in known.modern:
        texts = [known.signature(f"keras.{name}", version=minor) for minor in minors]
        for before, after in pairwise(texts):
            old, new = defaults(before or ""), defaults(after or "")
            for argument in old.keys() & new.keys():
                if old[argument] != new[argument] and argument not in SAME:
                    unjudged.add((f"keras.{name}", argument))
    assert unjudged == {(name, argument) for name, arguments in CHANGED.items() for argument in arguments}


def test_what_is_said_instead_is_about_an_argument_that_is_gone() -> None:
    known = load()
    for name, argument in INSTEAD:
        assert known.accepts(f"keras.{name}", argument, version=(3, 3))
        assert not known.accepts(f"keras.{name}", argument, version=newest)
