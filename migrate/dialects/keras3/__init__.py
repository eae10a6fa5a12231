"""The final Keras 2 dialect (2.15) becomes Keras 3."""

from migrate.dialects.keras3 import (
    arguments,
    hard_sigmoid,
    locally_connected,
    operations,
    replaced,
    roles,
)

__all__ = ["arguments", "hard_sigmoid", "locally_connected", "operations", "replaced", "roles"]
