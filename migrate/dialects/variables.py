"""Which variables a layer of the final Keras 2 dialect has: their roles, in the order Keras 2 saves them.

The order is that of ``layer.weights``: trainable variables as ``build`` creates them, then the others
(``keras/layers`` of 2.15; unchanged since 2.0 for the classes listed). A role is the path of attributes below
the layer that ends in the variable's own name: ``kernel``, ``query/bias``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from migrate.capsule.model import Layer

Roles = tuple[str, ...]
RolesOf = Callable[[Mapping[str, Any]], Roles]

RECURRENT = frozenset(
    {
        "LSTM",
        "GRU",
        "SimpleRNN",
        "LSTMCell",
        "GRUCell",
        "SimpleRNNCell",
        "ConvLSTM1D",
        "ConvLSTM2D",
        "ConvLSTM3D",
    }
    | {"CuDNNLSTM", "CuDNNGRU", "ConvLSTM1DCell", "ConvLSTM2DCell", "ConvLSTM3DCell"}
)
WRAPPERS = frozenset(
    {"TimeDistributed", "Bidirectional", "RNN", "ConvRNN2D", "StackedRNNCells", "SpectralNormalization"}
)
"""Built-in classes that hold other layers."""
STATELESS_CLASSES = frozenset(
    [
        "InputLayer",
        "Activation",
        "ActivityRegularization",
        "Add",
        "AlphaDropout",
        "Average",
        "AveragePooling1D",
        "AveragePooling2D",
        "AveragePooling3D",
        "CategoryEncoding",
        "CenterCrop",
        "Concatenate",
        "Cropping1D",
        "Cropping2D",
        "Cropping3D",
        "Discretization",
        "Dot",
        "Dropout",
        "ELU",
        "Flatten",
        "GaussianDropout",
        "GaussianNoise",
        "GlobalAveragePooling1D",
        "GlobalAveragePooling2D",
        "GlobalAveragePooling3D",
        "GlobalMaxPooling1D",
        "GlobalMaxPooling2D",
        "GlobalMaxPooling3D",
        "HashedCrossing",
        "Hashing",
        "IntegerLookup",
        "Lambda",
        "LeakyReLU",
        "Masking",
        "MaxPooling1D",
        "MaxPooling2D",
        "MaxPooling3D",
        "Maximum",
        "Minimum",
        "Multiply",
        "Permute",
        "RandomBrightness",
        "RandomContrast",
        "RandomCrop",
        "RandomFlip",
        "RandomHeight",
        "RandomRotation",
        "RandomTranslation",
        "RandomWidth",
        "RandomZoom",
        "ReLU",
        "RepeatVector",
        "Rescaling",
        "Reshape",
        "Resizing",
        "Softmax",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
        "StringLookup",
        "Subtract",
        "TFOpLambda",
        "SlicingOpLambda",
        "TensorFlowOpLayer",
        "TextVectorization",
        "ThresholdedReLU",
        "UnitNormalization",
        "UpSampling1D",
        "UpSampling2D",
        "UpSampling3D",
        "ZeroPadding1D",
        "ZeroPadding2D",
        "ZeroPadding3D",
        "ClassMethod",
        "InstanceMethod",
        "InstanceProperty",
    ]
)
"""Built-in classes without a single variable (random state is not saved in Keras 2 files)."""


def _kernel(config: Mapping[str, Any]) -> Roles:
    return ("kernel", "bias") if config.get("use_bias", True) else ("kernel",)


def _recurrent(config: Mapping[str, Any]) -> Roles:
    roles = ("kernel", "recurrent_kernel")
    return (*roles, "bias") if config.get("use_bias", True) else roles


def _depthwise(config: Mapping[str, Any]) -> Roles:
    return ("depthwise_kernel", "bias") if config.get("use_bias", True) else ("depthwise_kernel",)


def _separable(config: Mapping[str, Any]) -> Roles:
    roles = ("depthwise_kernel", "pointwise_kernel")
    return (*roles, "bias") if config.get("use_bias", True) else roles


def _gamma_beta(config: Mapping[str, Any]) -> Roles:
    return (
        *(("gamma",) if config.get("scale", True) else ()),
        *(("beta",) if config.get("center", True) else ()),
    )


def _batch_normalization(config: Mapping[str, Any]) -> Roles:
    renorm = ("moving_stddev", "renorm_mean", "renorm_stddev") if config.get("renorm") else ()
    return (*_gamma_beta(config), "moving_mean", "moving_variance", *renorm)


def _multi_head_attention(config: Mapping[str, Any]) -> Roles:
    parts = ("query", "key", "value", "output")
    names = ("kernel", "bias") if config.get("use_bias", True) else ("kernel",)
    return tuple(f"{part}/{name}" for part in parts for name in names)


def _attention(config: Mapping[str, Any]) -> Roles:
    scale = ("scale",) if config.get("use_scale") else ()
    concat = ("concat_score_weight",) if config.get("score_mode") == "concat" else ()
    return (*scale, *concat)


def _additive_attention(config: Mapping[str, Any]) -> Roles:
    return ("scale",) if config.get("use_scale", True) else ()


def _normalization(config: Mapping[str, Any]) -> Roles:
    return () if config.get("mean") is not None else ("mean", "variance", "count")


def _discretization(config: Mapping[str, Any]) -> Roles:
    return ("summary",) if config.get("num_bins") and not config.get("bin_boundaries") else ()


def _lookup(config: Mapping[str, Any]) -> Roles:
    return ("idf_weights",) if config.get("output_mode") == "tf_idf" and not config.get("idf_weights") else ()


_TABLE: dict[str, RolesOf] = {
    **dict.fromkeys(("Dense", "Conv1D", "Conv2D", "Conv3D"), _kernel),
    "EinsumDense": lambda config: ("kernel", "bias") if config.get("bias_axes") else ("kernel",),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), _kernel),
    **dict.fromkeys(("LocallyConnected1D", "LocallyConnected2D"), _kernel),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), _depthwise),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), _separable),
    **dict.fromkeys(RECURRENT, _recurrent),
    **dict.fromkeys(("BatchNormalization", "SyncBatchNormalization"), _batch_normalization),
    **dict.fromkeys(("LayerNormalization", "GroupNormalization"), _gamma_beta),
    "Embedding": lambda config: ("embeddings",),
    "PReLU": lambda config: ("alpha",),
    "MultiHeadAttention": _multi_head_attention,
    "Attention": _attention,
    "AdditiveAttention": _additive_attention,
    "Normalization": _normalization,
    "Discretization": _discretization,
    **dict.fromkeys(("StringLookup", "IntegerLookup", "TextVectorization"), _lookup),
    "SpectralNormalization": lambda config: ("vector_u",),
}


_FOREIGN: dict[str, Callable[[Layer], Roles]] = {}


def declare_roles(class_name: str, roles: Callable[[Layer], Roles]) -> None:
    """Enter a class of a package around Keras under its full name, ``Addons>Maxout``."""
    _FOREIGN[class_name] = roles


def is_known(class_name: str) -> bool:
    """Whether the class is a built-in one whose variables the table tells."""
    return class_name in _TABLE or class_name in STATELESS_CLASSES or class_name in _FOREIGN


def own_roles(layer: Layer) -> Roles | None:
    """Roles of the layer's own variables, without wrapped layers; None for a class that is not built in."""
    if layer.class_name in _FOREIGN:
        return _FOREIGN[layer.class_name](layer)
    if layer.class_name in _TABLE:
        return _TABLE[layer.class_name](layer.config)
    if layer.class_name in STATELESS_CLASSES or layer.children:
        return ()
    return None
