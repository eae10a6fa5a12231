"""Code of Keras 3 whose meaning depends on the minor that it runs with (family ``MIN``).

The tables hold what differs between the signatures of Keras 3.0.5 to 3.15.1, each checked by asking the releases on
both sides (``inspect.signature``). The destination is what the project pins, or ``--keras-version``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from codemods.rules.api import Match, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_CHANGES = "https://github.com/keras-team/keras/releases"

MIN001 = SourceRule(
    code="MIN001",
    name="argument-of-a-later-minor",
    summary="An argument came with a later minor of Keras 3 than the one that the project pins.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    destination="<3.15",
    why="Every minor of Keras 3 adds arguments, and earlier ones raise `Unrecognized keyword arguments` or TypeError.",
    references=(_CHANGES,),
    manual="require the minor that the finding names, or leave the argument out",
)
MIN002 = SourceRule(
    code="MIN002",
    name="argument-gone-with-a-minor",
    summary="An argument was renamed or taken away by a minor of Keras 3.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    destination=">=3.4",
    why="Minors of Keras 3 rename and remove arguments without a warning before: 23 callables lost one from 3.0 to "
    "3.15.",
    references=(_CHANGES,),
    manual="write it as the finding says",
)
MIN003 = SourceRule(
    code="MIN003",
    name="default-changed-with-a-minor",
    summary="A default changed with a minor of Keras 3, and the call leaves the argument out.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    destination=">=3.4",
    why="The same call computes something else after an upgrade, without a word: Muon takes 5 steps of its iteration "
    "instead of 6, and 25 times less weight decay, from 3.13 on.",
    references=(_CHANGES,),
    manual="write the argument out, with the value that the code was written for",
)

_ON_AXES = {"input_axes": "3.15", "output_axes": "3.15"}
_ON_WEIGHTS = {"lora_alpha": "3.10", "quantization_config": "3.13"}
LATER: Mapping[str, Mapping[str, str]] = {
    "keras.initializers.GlorotNormal": _ON_AXES,
    "keras.initializers.GlorotUniform": _ON_AXES,
    "keras.initializers.HeNormal": _ON_AXES,
    "keras.initializers.HeUniform": _ON_AXES,
    "keras.initializers.LecunNormal": _ON_AXES,
    "keras.initializers.LecunUniform": _ON_AXES,
    "keras.initializers.VarianceScaling": _ON_AXES,
    "keras.layers.Dense": _ON_WEIGHTS,
    "keras.layers.EinsumDense": _ON_WEIGHTS,
    "keras.layers.Embedding": _ON_WEIGHTS,
    "keras.layers.GroupQueryAttention": {"seed": "3.7", "use_gate": "3.14", "sliding_window": "3.15"},
    "keras.layers.MultiHeadAttention": {"seed": "3.4", "use_gate": "3.14", "sliding_window": "3.15"},
    "keras.layers.RandomContrast": {"value_range": "3.8"},
    "keras.layers.RandomFlip": {"data_format": "3.6"},
    "keras.layers.Resizing": {
        "antialias": "3.9",
        "fill_mode": "3.3",
        "fill_value": "3.3",
        "pad_to_aspect_ratio": "3.3",
    },
    "keras.layers.ZeroPadding1D": {"data_format": "3.5"},
    "keras.losses.Dice": {"axis": "3.4"},
    "keras.losses.Tversky": {"axis": "3.8"},
    "keras.metrics.SparseTopKCategoricalAccuracy": {"from_sorted_ids": "3.7"},
    "keras.optimizers.Muon": {"adam_weight_decay": "3.13", "rms_rate": "3.13"},
}
"""Callable to arguments that came after 3.0, and the minor that each came with."""

_IMAGES = {"image": ("3.4", "it is `images`")}
_MODEL_NAME = {"model_name": ("3.4", "it is `name`")}
GONE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "keras.Operation": {"dtype": ("3.11", "only layers have one")},
    "keras.applications.ConvNeXtBase": _MODEL_NAME,
    "keras.applications.ConvNeXtLarge": _MODEL_NAME,
    "keras.applications.ConvNeXtSmall": _MODEL_NAME,
    "keras.applications.ConvNeXtTiny": _MODEL_NAME,
    "keras.applications.ConvNeXtXLarge": _MODEL_NAME,
    "keras.distribution.ModelParallel": {"device_mesh": ("3.4", "the mesh is that of the layout_map")},
    "keras.layers.LayerNormalization": {"rms_scaling": ("3.11", "True is the layer RMSNormalization")},
    "keras.layers.RandomRotation": {"value_range": ("3.6", "it had no effect")},
    "keras.ops.image.affine_transform": _IMAGES,
    "keras.ops.image.extract_patches": _IMAGES,
    "keras.ops.image.map_coordinates": {"input": ("3.4", "it is `inputs`")},
    "keras.ops.image.resize": _IMAGES,
    "keras.ops.image.rgb_to_grayscale": _IMAGES,
    "keras.regularizers.serialize": {"initializer": ("3.4", "it is `regularizer`")},
    "keras.tree.pack_sequence_as": {"sequence_fn": ("3.8", "map the result instead")},
}
"""Callable to arguments that are gone, the minor that took each away, and what to do."""

CHANGED: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "keras.ops.ctc_decode": {"mask_index": ("3.4", "None", "0")},
    "keras.ops.nn.ctc_decode": {"mask_index": ("3.4", "None", "0")},
    "keras.optimizers.Muon": {
        "adam_lr_ratio": ("3.13", "0.1", "1"),
        "ns_steps": ("3.13", "6", "5"),
        "weight_decay": ("3.13", "0.1", "0.004"),
    },
    "keras.tree.assert_same_structure": {"check_types": ("3.8", "True", "None")},
}
"""Callable to arguments whose default another minor changed: the minor, the old default, the new one."""


@visit(MIN001, calls=set(LATER))
def later(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``Resizing(8, 8, antialias=True)`` for a project that pins 3.6."""
    name = ctx.name(call.func) or ""
    for keyword in call.keywords:
        since = LATER[name].get(keyword.arg or "")
        if since is not None and not ctx.at_least(since):
            text = f"{_short(name)}({keyword.arg}=) came with Keras {since}, the destination is {ctx.version}"
            hint = f"require keras>={since}, or leave the argument out"
            yield Match(MIN001, call, message=text, hint=hint, symbol=name, argument=keyword.arg or "")


@visit(MIN002, calls=set(GONE))
def gone(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``ops.image.resize(image=x, size=(8, 8))``."""
    name = ctx.name(call.func) or ""
    for keyword in call.keywords:
        since, instead = GONE[name].get(keyword.arg or "", ("", ""))
        if since and ctx.at_least(since):
            text = f"{_short(name)}({keyword.arg}=) is gone since Keras {since}: {instead}"
            yield Match(MIN002, call, message=text, hint=instead, symbol=name, argument=keyword.arg or "")


@visit(MIN003, calls=set(CHANGED))
def changed(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``Muon(0.01)``."""
    name = ctx.name(call.func) or ""
    if any(keyword.arg is None for keyword in call.keywords):
        return  # ``**settings`` may hold it
    given = {keyword.arg for keyword in call.keywords}
    for argument, (since, before, after) in CHANGED[name].items():
        if argument not in given and ctx.at_least(since):
            text = f"{_short(name)}({argument}=) is {after} since Keras {since}, and was {before}"
            hint = (
                f"write {argument}={before} if the code is from before Keras {since}, else {argument}={after}"
            )
            yield Match(MIN003, call, message=text, hint=hint, symbol=name, argument=argument)


def _short(name: str) -> str:
    return name.removeprefix("keras.")
