"""The final Keras 2 dialect (2.15) becomes Keras 3."""

from migrate.dialects.keras3 import merged_masks, recurrent, resize_like

# isort: split
# The layers above are taken apart before arguments are checked and operations are named.
from migrate.dialects.keras3 import (
    arguments,
    attention,
    attention_rows,
    axes,
    borders,
    dilated_transpose,
    hard_sigmoid,
    images,
    locally_connected,
    naming,
    operations,
    preprocessing,
    replaced,
    roles,
    single_cells,
    stated_masks,
    training_layers,
)

from migrate.dialects.keras3 import time_distributed  # isort: skip - sees what the others made of inputs
from migrate.dialects.keras3 import explicit_masks  # isort: skip - sees the layers that are left
from migrate.dialects.keras3 import fixed_mode  # isort: skip - wraps what the others made of layers

__all__ = [
    "arguments",
    "attention",
    "attention_rows",
    "axes",
    "borders",
    "dilated_transpose",
    "explicit_masks",
    "fixed_mode",
    "hard_sigmoid",
    "images",
    "locally_connected",
    "merged_masks",
    "naming",
    "operations",
    "preprocessing",
    "recurrent",
    "replaced",
    "resize_like",
    "roles",
    "single_cells",
    "stated_masks",
    "time_distributed",
    "training_layers",
]
