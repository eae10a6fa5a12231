"""TensorFlow functions inside a model become ``keras.ops``: native, trainable, on any backend."""

from migrate.dialects.keras3.operations import calls, graph_nodes

__all__ = ["calls", "graph_nodes"]
