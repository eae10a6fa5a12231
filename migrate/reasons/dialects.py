"""Reasons for which the dialect rules refuse a model."""

from __future__ import annotations

from migrate.findings import Rule, Severity
from migrate.reasons.reason import reason

REASONS: tuple[Rule, ...] = (
    reason(
        "CFG071",
        "locally-connected-refused",
        "A locally connected layer cannot be written with stock layers.",
        "Its sizes are unknown, or a constraint acts along an axis that stock layers do not have. Replace the layer in "
        "the source, or keep the model as a SavedModel.",
    ),
    reason(
        "CFG077",
        "uneven-bidirectional-refused",
        "A Bidirectional layer with directions of different sizes is shared, takes states or wraps other cells.",
        "Replace the layer in the source by two recurrent layers.",
    ),
    reason(
        "CFG105",
        "size-in-the-weights",
        "Only its weights show the size of a Keras 1 layer, and there are none.",
        "Supply the weights with the architecture.",
    ),
    reason(
        "CFG109",
        "constraint-along-another-axis",
        "A constraint would act along a different axis in the layers that replace this one.",
        "Remove the constraint from the configuration if the model is not trained further.",
    ),
    reason(
        "CFG118",
        "impossible-output-shape",
        "A deconvolution has an output shape that its strides cannot produce.",
        "Replace the layer in the source by a Conv2DTranspose and a Cropping2D or ZeroPadding2D.",
    ),
    reason(
        "CFG120",
        "ambiguous-ordering",
        "A Keras 1 layer does not store the order of its dimensions, and the other layers use both orders.",
        "Write `dim_ordering` into the configuration of the layer.",
    ),
    reason(
        "SIL058",
        "drawn-in-inference",
        "A call with `training=True` makes inference random.",
        "Monte Carlo dropout: Keras 3 would use the mode of the model for the layer, and pass its input through in "
        "`predict`. Build the model without the argument, and call it with `model(x, training=True)` to sample.",
        Severity.SILENT,
    ),
    reason(
        "SIL056",
        "masked-states",
        "Keras 3 layers cannot reproduce what a recurrent layer of Keras before 2.3 returned for masked steps.",
        "Stateful layers returned the state that they kept, stacks of cells the first cell's. If sequences are not "
        "padded at the start, load the model in Keras 2.3.1 and save it again.",
        Severity.SILENT,
    ),
    reason(
        "SIL012",
        "masked-bidirectional-refused",
        "The output of a Bidirectional layer for masked steps cannot be restored in this position.",
        "Up to Keras 2.3 it repeated the output of the previous step. The layer is shared, takes initial states, or "
        "its mask comes from another model: replace it in the source by two recurrent layers.",
        Severity.SILENT,
    ),
    reason(
        "SIL031",
        "theano-border-refused",
        "Theano padded a layer in a way that no stock layer supports.",
        "Replace the layer in the source by one with `padding='valid'` behind a ZeroPadding layer.",
        Severity.SILENT,
    ),
    reason(
        "SIL038",
        "stacked-states-refused",
        "The states of stacked cells are visible, and their number or order is unknown.",
        "Keras 2.0.9 to 2.2.2 and TensorFlow up to 1.10 counted them from the last cell, TensorFlow 1.12 from the "
        "first, and tf.keras of both reports version 2.1.6. In the source, use the built-in cells without constants, "
        "and a later release.",
        Severity.SILENT,
    ),
    reason(
        "SIL033",
        "theano-interpolation",
        "An up-sampling layer interpolates as Theano did.",
        "Replace it in the source by UpSampling2D with nearest-neighbour interpolation and a convolution.",
        Severity.SILENT,
    ),
)
