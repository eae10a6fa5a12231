"""Dense and Embedding: what multiplies the last axis, and what looks up in a table."""

from __future__ import annotations

import numpy as np

from migrate.torch_source.activations import activated
from migrate.torch_source.piece import Piece, Use, call


def dense(use: Use) -> Piece:
    """``nn.Linear`` on the last axis."""
    kernel = use.weights["kernel"]
    inputs, units = kernel.shape
    arrays = {"weight": kernel.T}
    if use.config["use_bias"]:
        arrays["bias"] = use.weights["bias"]
    made = call("nn.Linear", inputs, units, bias=None if use.config["use_bias"] else False)
    text = activated(
        use.config["activation"], f"{use.attribute}({use.x.plain})", use.x, use, channels_first=False
    )
    return Piece(text, modules={"": made}, arrays=arrays)


def embedding(use: Use) -> Piece:
    """``nn.Embedding``; a mask is an operation of its own in the graph."""
    table = use.weights["embeddings"]
    text = use.x.plain if use.x.dtype in ("int32", "int64") else f"{use.x.plain}.long()"
    made = call("nn.Embedding", *table.shape)
    return Piece(f"{use.attribute}({text})", modules={"": made}, arrays={"weight": np.asarray(table)})


LAYERS = {"Dense": dense, "Embedding": embedding}
