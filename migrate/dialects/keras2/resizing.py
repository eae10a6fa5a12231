"""How stand-alone Keras interpolated when it up-sampled.

Source: ``resize_images`` in ``keras/backend/tensorflow_backend.py`` of 2.2.4 and 2.3.1, and recorded outputs.
"""

from __future__ import annotations

from typing import Any

from migrate.capsule.model import Layer, Model, TensorRef
from migrate.dialects.graph_rewrites import Fragment, expand_graphs
from migrate.dialects.rule import Era, Step, era_semantics, layer_rule, model_rule
from migrate.dialects.shapes import spread
from migrate.findings import Fix, MigrationError, Rule, Severity


@layer_rule(
    Rule(
        "SIL034",
        "missing-interpolation",
        "An up-sampling layer does not store how it interpolated.",
        Severity.SILENT,
        Fix.MANUAL,
        applies_to="<2.3",
        before='{"class_name": "UpSampling2D", "config": {"size": [2, 2]}}, written by tf.keras',
        after='{"class_name": "UpSampling2D", "config": {"size": [2, 2], "interpolation": "nearest"}}',
        why="TensorFlow up to 1.13 accepted `interpolation` but did not write it, so that its own loader used "
        "nearest neighbours where the author specified bilinear. The default is used; if the source says "
        "`interpolation='bilinear'`, the model needs recorded outputs (MODEL.golden.npz) or you have to set the "
        "layer manually.",
    ),
    Step.KERAS_2,
    "UpSampling2D",
)
def missing_interpolation(layer: Layer, era: Era) -> Layer:
    """Say the default, and warn: tf.keras 1.13 lost what the author said."""
    if not era.tf_keras or "interpolation" in layer.config:
        return layer
    return layer.with_config(interpolation="nearest")


BILINEAR = era_semantics(
    Rule(
        "SIL032",
        "bilinear-corners",
        "Bilinear up-sampling in stand-alone Keras starts at the corner of a pixel, not at its centre.",
        Severity.SILENT,
        applies_to="<2.4",
        before='{"class_name": "UpSampling2D", "config": {"size": [2, 2], "interpolation": "bilinear"}}',
        after='UpSampling2D([2, 2]) → AveragePooling2D(pool_size=[2, 2], strides=[1, 1], padding="same")',
        why="Up-sampling 0, 1, 2, 3 by 2 gave 0, 0.5, 1, 1.5, 2, 2.5, 3, 3; tf.keras (from TF 1.14) and Keras 3 "
        "give 0, 0.25, 0.75, 1.25 …, 3. The mean of as many repeated pixels as the factor is exactly the old "
        "interpolation.",
        references=("tensorflow/tensorflow#25591",),
    )
)


@model_rule(BILINEAR, Step.KERAS_2)
def bilinear_corners(model: Model, era: Era) -> Model:
    """Repeat pixels and average them.

    Raises:
        MigrationError: ``SIL033`` on the Theano backend, which interpolated in another way.
    """
    if era.tf_keras:
        return model

    def averaged(layer: Layer) -> Fragment | None:
        if layer.config.get("interpolation") != "bilinear":
            return None
        if era.backend != "tensorflow":
            raise MigrationError(
                "SIL033",
                f"{layer.name!r} interpolates as Theano did, which no current backend does",
                "Replace the layer in the source by UpSampling2D with interpolation='nearest' and a convolution.",
                place=layer.name,
            )
        return _averaged(layer)

    return expand_graphs(model, {"UpSampling2D"}, averaged)


def _averaged(layer: Layer) -> Fragment:
    factors = spread(layer.config["size"], 2)
    order = {"data_format": layer.config.get("data_format", "channels_last")}
    fragment = Fragment(layer)
    repeated: TensorRef = fragment.add(
        "UpSampling2D", "repeated", fragment.input(), {"size": factors, "interpolation": "nearest", **order}
    )
    pool: dict[str, Any] = {"pool_size": factors, "strides": [1, 1], "padding": "same", **order}
    if any(factor > 2 for factor in factors):
        # "same" would pad before the first pixel too; the last pixels, repeated, stand behind instead.
        behind: list[list[int]] = [[0, factor - 1] for factor in factors]
        first = order["data_format"] == "channels_first"
        paddings = [[0, 0], [0, 0], *behind] if first else [[0, 0], *behind, [0, 0]]
        repeated = fragment.operation("extended", "pad", repeated, paddings=paddings, mode="SYMMETRIC")
        pool["padding"] = "valid"
    fragment.add("AveragePooling2D", "interpolated", repeated, pool)
    return fragment
