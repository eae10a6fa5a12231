"""Names of classes and functions that changed during Keras 2."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from migrate.capsule.model import Layer
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.findings import Rule, Severity

CLASS_ALIASES = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Deconvolution2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
    "LSTMV1": "LSTM",
    "LSTMV2": "LSTM",
    "GRUV1": "GRU",
    "GRUV2": "GRU",
    "UnifiedLSTM": "LSTM",
    "UnifiedGRU": "GRU",
    "LayerNormalizationV1": "LayerNormalization",
    "MaxPool1D": "MaxPooling1D",
    "MaxPool2D": "MaxPooling2D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "DenseFeaturesV2": "DenseFeatures",
    "TextVectorizationV1": "TextVectorization",
    "NormalizationV1": "Normalization",
    "StringLookupV1": "StringLookup",
    "IntegerLookupV1": "IntegerLookup",
}
FUNCTION_ALIASES = {
    "softmax_v2": "softmax",
    "log_softmax_v2": "log_softmax",
}
"""The public functions of TensorFlow that carry the name of their implementation and that Keras has, too."""


@layer_rule(
    Rule(
        "CFG031",
        "class-alias",
        "A built-in class is stored under an alias or a versioned name.",
        Severity.ERROR,
        applies_to=">=2.0",
        before='{"class_name": "BatchNormalizationV1", …}',
        after='{"class_name": "BatchNormalization", …}',
        why="TF 1.13 to 2.x had V1 and V2 variants of a class; stand-alone Keras exported aliases such as "
        "`Convolution2D`. Keras 3 accepts one name.",
    ),
    Step.GRAMMAR,  # before weights are given out: the table of variables knows the one name
    *CLASS_ALIASES,
)
def class_alias(layer: Layer, era: Era) -> Layer:
    """Use the one name that the final Keras 2 dialect has for a class."""
    return layer.renamed_class(CLASS_ALIASES[layer.class_name])


@layer_rule(
    Rule(
        "CFG016",
        "function-alias",
        "An activation is stored under the name of a TensorFlow function.",
        Severity.ERROR,
        before='{"activation": "log_softmax_v2"}',
        after='{"activation": "log_softmax"}',
        why="`activation=tf.nn.log_softmax` is saved by the name of its implementation, which no Keras release can "
        "load. TensorFlow 2 itself says `softmax` for `softmax_v2`.",
    ),
    Step.KERAS_2,
)
def function_alias(layer: Layer, era: Era) -> Layer:
    """Use Keras' own name of an activation."""
    changes: dict[str, Any] = {
        key: FUNCTION_ALIASES[value]
        for key, value in layer.config.items()
        if isinstance(value, str) and "activation" in key and value in FUNCTION_ALIASES
    }
    return layer.with_config(**changes) if changes else layer


@layer_rule(
    Rule(
        "CFG089",
        "attention-shapes",
        "A MultiHeadAttention does not store the shapes that it was built for.",
        Severity.ERROR,
        applies_to=">=2.4,<2.6",
        before='{"class_name": "MultiHeadAttention", "config": {"num_heads": 2, "key_dim": 3, …}}',
        after='{"…", "query_shape": null, "key_shape": null, "value_shape": null}',
        why="tf.keras 2.4 did not write the shapes, and every later `from_config` requires them: `KeyError: "
        "'query_shape'`. Without a value the layer is built when it is called, as in 2.4.",
    ),
    Step.KERAS_2,
    "MultiHeadAttention",
)
def attention_shapes(layer: Layer, era: Era) -> Layer:
    """Leave the shapes to the call."""
    missing = [key for key in ("query_shape", "key_shape", "value_shape") if key not in layer.config]
    return replace(layer, config={**layer.config, **dict.fromkeys(missing)}) if missing else layer
