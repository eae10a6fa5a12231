"""Keras 2.0 to 2.14 become the final Keras 2 dialect (2.15)."""

from migrate.dialects.keras2 import axes, dtypes, recurrent, spelling

__all__ = ["axes", "dtypes", "recurrent", "spelling"]
