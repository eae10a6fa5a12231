"""A file to fill in, for a class or function that no source defines: everything that the model's file knows of it."""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

_HEAD = '''"""{names} of {model}, as far as its file knows them: what they compute is not in it.

Fill in what raises NotImplementedError, and run again:

    keras-migrate models {model} --source {stub} --out OUT

The result is compared with recorded outputs where there are any (MODEL.golden.npz beside the model), else with tf-keras
running this file: write it from the author's description.
"""

import keras
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
    config: dict[str, Any] = {}
    weights: list[tuple[str, list[int]]] = []


def stub_source(unknown: Sequence[Unknown], model: str, stub: str) -> str:
    """The text of a stub.

    Args:
        unknown: names that nothing defines.
        model: path of the artifact, for the command.
        stub: path of the file that the text will stand in.
    """
    names = ", ".join(entry.name for entry in unknown)
    parts = [_function(e) if e.name.endswith("()") else _class(e) for e in unknown]
    return "\n\n".join([_HEAD.format(names=names, model=model, stub=stub), *parts]) + "\n"


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
