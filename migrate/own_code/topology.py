"""The layers that a file lists beside those of a model that code builds: shapes do not tell ``relu`` from ``elu``.

HDF5 files list every layer, those without weights, too. Names that Keras gives are those of classes with a counter
behind them; each era spelt them otherwise.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from migrate.own_code.fitting import Weights

_COUNTER = re.compile(r"_\d+$")
_SPELT = {
    "convolution1d": "conv1d",
    "convolution2d": "conv2d",
    "convolution3d": "conv3d",
    "atrousconvolution1d": "conv1d",
    "atrousconvolution2d": "conv2d",
    "separableconvolution2d": "separableconv2d",
    "deconvolution2d": "conv2dtranspose",
    "cudnnlstm": "lstm",
    "cudnngru": "gru",
    "functional": "model",
    "tfoplambda": "tf",
}
"""Names of other eras, underscores left out, to those that tf-keras gives."""
_OPERATION = re.compile(r"(?:tf\.(?:\w+\.)*|tfoplayer)(\w+)")
"""Layers that tf.keras makes of an operation: of TensorFlow 2.4 and later by its public name, before by that of its
node (``TFOpLambda`` and ``TensorFlowOpLayer`` in ``keras/layers/core.py`` and ``keras/engine/base_layer.py``)."""
_SAME_OPERATION = {
    "addv2": "add",
    "sub": "subtract",
    "mul": "multiply",
    "realdiv": "truediv",
    "divide": "truediv",
    "div": "truediv",
    "neg": "negative",
    "stridedslice": "getitem",
    "mean": "reducemean",
    "sum": "reducesum",
    "max": "reducemax",
    "min": "reducemin",
    "concatv2": "concat",
}
"""Names of one operation: ``x + y``, ``tf.math.add`` and the node ``AddV2`` compute the same."""
_MERGES = frozenset({"add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate", "dot"})
"""What ``Merge`` of Keras 1 became, whose name told none of them."""
_IDLE = frozenset(
    {
        "input",
        "inputlayer",
        "dropout",
        "alphadropout",
        "gaussiandropout",
        "gaussiannoise",
        "activityregularization",
    }
    | {f"spatialdropout{n}d" for n in (1, 2, 3)}
)
"""Layers that hand on what they get when a model predicts; some eras list inputs and others do not."""


def agreement(built: Weights, wanted: Weights) -> tuple[int, int]:
    """How well the names of layers agree; larger is better.

    First how many layers with arrays the model has under the same name; then, as a number below zero, by how many
    layers the lists differ.
    """
    lacking, beyond = _differing(built, wanted)
    return len(set(built.layers) & set(wanted.layers)), -(lacking.total() + beyond.total())


def unlike(built: Weights, wanted: Weights) -> str:
    """By which layers the model and the file's list differ; empty when by none, or when the file lists none."""
    lacking, beyond = _differing(built, wanted)
    told = [f"the file lists {_told(lacking)}"] if lacking else []
    told += [f"the model has {_told(beyond)}"] if beyond else []
    return " and ".join(told) + (" beyond that" if told else "")


def _differing(built: Weights, wanted: Weights) -> tuple[Counter[str], Counter[str]]:
    """Layers that the model lacks, and those that it has beyond the file's list."""
    if not built.topology or not wanted.topology:
        return Counter(), Counter()
    one, other = _kinds(built.topology), _kinds(wanted.topology)
    if other["merge"]:
        for kind in _MERGES & one.keys():
            one["merge"] += one.pop(kind)
        for kind in _MERGES & other.keys():
            other["merge"] += other.pop(kind)
    return other - one, one - other


def _kinds(names: Sequence[str]) -> Counter[str]:
    plain = (_COUNTER.sub("", name).replace("_", "").lower() for name in names)
    return Counter(kind for name in plain if (kind := _kind(name)) not in _IDLE)


def _kind(name: str) -> str:
    operation = _OPERATION.fullmatch(name)
    if operation is None:
        return _SPELT.get(name, name)
    return f"tf.{_SAME_OPERATION.get(operation[1], operation[1])}"


def _told(layers: Counter[str]) -> str:
    shown = [f"{count} {name}" if count > 1 else name for name, count in sorted(layers.items())]
    return ", ".join(shown[:4]) + (" …" if len(shown) > 4 else "")
