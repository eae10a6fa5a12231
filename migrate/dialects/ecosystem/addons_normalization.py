"""Normalizations of TensorFlow Addons (``tensorflow_addons/layers/normalizations.py`` and ``wrappers.py`` of 0.23)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from migrate.capsule.model import Array, Layer
from migrate.dialects.foreign import Foreign, as_wrapped, layer_adapter, refusal, unchanged
from migrate.dialects.rule import Era
from migrate.dialects.variables import own_roles
from migrate.findings import Fix, Rule, Severity

PACKAGE = "TensorFlow Addons"
ADDONS = frozenset({"Addons"})
_EPSILON = 1e-12
"""Below this, ``tf.nn.l2_normalize`` takes a sum of squares for it."""


def _gamma_beta(layer: Layer) -> tuple[str, ...]:
    gamma = ("gamma",) if layer.config.get("scale", True) else ()
    return (*gamma, *(("beta",) if layer.config.get("center", True) else ()))


def _of_weight_normalization(layer: Layer) -> tuple[str, ...]:
    """With ``data_init``, a copy of the wrapped layer, which saw the first batch, is saved as well."""
    copied = own_roles(layer.children["layer"]) if layer.config.get("data_init", True) else ()
    return ("g", "initialized", *(f"data_dep_init/{role}" for role in copied or ()))


_GROUPED = [
    Foreign(PACKAGE, "Addons", name, ADDONS, roles=_gamma_beta, shape=unchanged)
    for name in ("GroupNormalization", "InstanceNormalization")
]


@layer_adapter(
    Rule(
        "ECO101",
        "addons-group-normalization",
        "Group and instance normalization of TensorFlow Addons are Keras' own.",
        Severity.ERROR,
        before='{"class_name": "Addons>InstanceNormalization", "config": {"groups": 4, "axis": -1, "epsilon": '
        "0.001, …}}",
        after='{"class_name": "GroupNormalization", "config": {"groups": -1, "axis": -1, "epsilon": 0.001, …}}',
        why="Both divide by sqrt(variance + epsilon) of each group, with gamma and beta per channel. Instance "
        "normalization has one group per channel.",
        references=("tensorflow/addons#2807",),
    ),
    *_GROUPED,
)
def group_normalization(layer: Layer, era: Era) -> Layer:
    """Use Keras' class; an instance is a group of one channel."""
    single = layer.class_name.endswith("InstanceNormalization")
    groups = -1 if single else layer.config.get("groups", 32)
    return layer.with_config(groups=groups).renamed_class("GroupNormalization")


@layer_adapter(
    Rule(
        "ECO102",
        "addons-spectral-normalization",
        "Spectral normalization of TensorFlow Addons is Keras' own.",
        Severity.ERROR,
        before='{"class_name": "Addons>SpectralNormalization", "config": {"layer": …, "power_iterations": 1}}',
        after='{"class_name": "SpectralNormalization", "config": {"layer": …, "power_iterations": 1}}',
        why="Keras adopted the class in 2.13: in inference the kernel is used as stored, in training it is divided "
        "by its largest singular value, which a vector saved with the model approximates.",
        references=("tensorflow/addons#2807",),
    ),
    Foreign(
        PACKAGE, "Addons", "SpectralNormalization", ADDONS, roles=lambda layer: ("sn_u",), shape=as_wrapped
    ),
)
def spectral_normalization(layer: Layer, era: Era) -> Layer:
    """Use Keras' class; the vector has another name.

    Raises:
        MigrationError: ``ECO090`` around a layer that takes whole numbers.
    """
    if layer.children["layer"].class_name == "Embedding":
        raise refusal(
            layer, "Keras 3 makes whole numbers, the type of its inputs, of what its own class gives"
        )
    weights = {"vector_u": layer.weights["sn_u"]} if "sn_u" in layer.weights else {}
    return replace(layer, class_name="SpectralNormalization", weights=weights)


@layer_adapter(
    Rule(
        "ECO103",
        "addons-weight-normalization",
        "A layer's kernel is stored as direction and length (WeightNormalization of TensorFlow Addons).",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "Addons>WeightNormalization", "config": {"layer": {"class_name": "Dense", …}}}',
        after='{"class_name": "Dense", …} with the kernel g v / |v|',
        why="The outputs are the same. Continued training differs: the wrapper trained length and direction "
        "separately, the plain layer trains the kernel.",
        references=("tensorflow/addons#2807",),
    ),
    Foreign(
        PACKAGE, "Addons", "WeightNormalization", ADDONS, roles=_of_weight_normalization, shape=as_wrapped
    ),
)
def weight_normalization(layer: Layer, era: Era) -> Layer:
    """Fold length and direction into the kernel of the wrapped layer.

    Raises:
        MigrationError: ``ECO090`` when the kernel depends on the first batch that the layer will see.
    """
    inner = layer.children["layer"]
    role, owner = (
        ("kernel", inner) if "cell" not in inner.children else ("recurrent_kernel", inner.children["cell"])
    )
    if inner.class_name in ("LSTM", "GRU", "SimpleRNN"):
        role = "recurrent_kernel"
    if layer.weights:
        if not bool(np.all(layer.weights["initialized"])):
            # Lengths start as ones: without a value in them nothing was read, and only the structure matters.
            if layer.config.get("data_init", True) and np.any(layer.weights["g"]):
                raise refusal(layer, "its length is initialised by the first batch, and it has seen none")
        else:
            owner = _with_kernel(owner, role, layer.weights["g"])
            inner = owner if "cell" not in inner.children else replace(inner, children={"cell": owner})
    config = {**inner.config, **_inherited(layer)}
    return replace(inner, name=layer.name, config=config, nodes=layer.nodes)


def _inherited(layer: Layer) -> dict[str, object]:
    """What the wrapper says of itself and a layer in its place must say."""
    kept = {key: layer.config[key] for key in ("batch_input_shape",) if key in layer.config}
    return {
        **kept,
        "name": layer.name,
        **({"trainable": False} if layer.config.get("trainable") is False else {}),
    }


def _with_kernel(owner: Layer, role: str, length: Array) -> Layer:
    direction = owner.weights[role]
    axes = tuple(range(direction.ndim - 1))
    square = np.sum(np.square(direction.astype(np.float64)), axis=axes, keepdims=True)
    kernel = direction / np.sqrt(np.maximum(square, _EPSILON)) * length
    return replace(owner, weights={**owner.weights, role: kernel.astype(direction.dtype)})
