"""A file to fill in, for a class or function that no source defines: everything that the model's file knows of it."""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

_HEAD = '''"""{names} of {model}, as far as its file knows them: what they compute is not in it.

Fill in what raises NotImplementedError, and run the same command again: it takes this file as one more source. The
result is compared with recorded outputs where there are any (MODEL.golden.npz beside the model), else with tf-keras
running this file: write it from the author's description. {test} asks for the recording.
"""

import keras
'''
_TEST = '''"""Fails until {stub} computes what {golden} holds: inputs/0, …, outputs/0, … of the original framework."""

from pathlib import Path

import keras_migrate

MODEL = Path({model!r})


def test_the_stub_computes_what_was_recorded(tmp_path):
    options = keras_migrate.Options(source=(Path(__file__).with_name({stub!r}),))
    result = keras_migrate.migrate_model(MODEL, tmp_path, options)
    assert result.status == "migrated", [f"{{f.code}} {{f.message}}" for f in result.findings]
    assert result.parity.evidence == "golden", f"record {golden} beside {{MODEL.name}}"
'''
_COMMON = frozenset({"name", "trainable", "dtype", "batch_input_shape"})


class Unknown(msgspec.Struct, frozen=True):
    """What a file says of a name.

    Attributes:
        name: bare, as code would define it; ``name()`` for a function.
        config: of the first layer of the class.
        weights: names and shapes of that layer's arrays, in the order of the file.
    """

    name: str
    config: Mapping[str, object] = {}
    weights: Sequence[tuple[str, Sequence[int]]] = []


def write_stub(unknown: Sequence[Unknown], model: Path, folder: Path) -> Path:
    """Write a stub and a test beside it; what a person has begun to fill in stays.

    Args:
        unknown: names that nothing defines.
        model: the artifact.
        folder: below the outputs.
    """
    stub = folder / f"{model.parent.name}_{model.stem}.py"
    test = stub.with_name(f"test_{stub.name}")
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in (
        (stub, stub_source(unknown, str(model), test.name)),
        (test, _test_source(model, stub)),
    ):
        if not path.exists():
            path.write_text(text, encoding="utf-8")
    return stub


def filled(folder: Path) -> tuple[Path, ...]:
    """Stubs of a folder in which nothing is left to fill in."""
    if not folder.is_dir():
        return ()
    stubs = sorted(path for path in folder.glob("*.py") if not path.name.startswith("test_"))
    return tuple(path for path in stubs if "NotImplementedError" not in path.read_text("utf-8", "replace"))


def _test_source(model: Path, stub: Path) -> str:
    return _TEST.format(model=str(model), stub=stub.name, golden=f"{model.stem}.golden.npz")


def stub_source(unknown: Sequence[Unknown], model: str, test: str) -> str:
    """The text of a stub.

    Args:
        unknown: names that nothing defines.
        model: path of the artifact.
        test: name of the test beside it.
    """
    names = ", ".join(entry.name for entry in unknown)
    parts = [_function(e) if e.name.endswith("()") else _class(e) for e in unknown]
    return "\n\n".join([_HEAD.format(names=names, model=model, test=test), *parts]) + "\n"


def _function(entry: Unknown) -> str:
    name = entry.name.removesuffix("()").rpartition(">")[2]
    return f'def {name}(x):\n    raise NotImplementedError("say what {name} computes")'


def _class(entry: Unknown) -> str:
    name = entry.name.rpartition(">")[2]
    given = {key: value for key, value in entry.config.items() if key not in _COMMON and _usable(key)}
    arguments = "".join(f", {key}={value!r}" for key, value in given.items())
    lines = [
        f"class {name}(keras.layers.Layer):",
        f"    def __init__(self{arguments}, **kwargs):",
        "        super().__init__(**kwargs)",
        *(f"        self.{key} = {key}" for key in given),
        "",
    ]
    if entry.weights:
        lines += ["    def build(self, input_shape):"]
        for number, (role, shape) in enumerate(entry.weights):
            plain = role.rsplit(":", 1)[0].rsplit("/", 1)[-1]
            lines.append(
                f"        self.w{number} = self.add_weight(name={plain!r}, shape={tuple(shape)!r})  # {role}"
            )
        lines += ["        super().build(input_shape)", ""]
    return "\n".join(
        [
            *lines,
            "    def call(self, inputs):",
            f'        raise NotImplementedError("say what {name} computes")',
            "",
            "    def get_config(self):",
            f"        return {_config(given)}",
        ]
    )


def _config(given: Mapping[str, Any]) -> str:
    own = "".join(f', "{key}": self.{key}' for key in given)
    return "{**super().get_config()" + own + "}"


def _usable(key: str) -> bool:
    return key.isidentifier() and not keyword.iskeyword(key)
