"""Calls of ``keras.ops`` that stand for the TensorFlow functions of an old graph."""

from migrate.worlds.modern.operations.call import call_operation
from migrate.worlds.modern.operations.sizes import concrete

__all__ = ["call_operation", "concrete"]
