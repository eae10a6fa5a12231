"""Keras 2.0 to 2.14 become the final Keras 2 dialect (2.15)."""

from migrate.dialects.keras2 import dot_of_images, shared_stateful, stateful_bidirectional

# isort: split
# The initializers tell who wrote a layer until the modules below make them those of the final dialect.
from migrate.dialects.keras2 import axes, cudnn, dtypes, initial_values, recurrent, spelling, stacked_states

# isort: split
# The operations that a Lambda becomes are rewritten by the rules below like any other.
from migrate.dialects.keras2 import lambdas

# isort: split
# These need the defaults that the modules above fill in; the order of channels comes last.
from migrate.dialects.keras2 import (
    attention_masks,
    ignored_dilation,
    masked_bidirectional,
    masked_states,
    resizing,
    strided_dilated,
    theano,
    theano_pooling,
)

# isort: split
from migrate.dialects.keras2 import channels_first

__all__ = [
    "attention_masks",
    "axes",
    "channels_first",
    "cudnn",
    "dot_of_images",
    "dtypes",
    "ignored_dilation",
    "initial_values",
    "lambdas",
    "masked_bidirectional",
    "masked_states",
    "recurrent",
    "resizing",
    "shared_stateful",
    "spelling",
    "stacked_states",
    "stateful_bidirectional",
    "strided_dilated",
    "theano",
    "theano_pooling",
]
