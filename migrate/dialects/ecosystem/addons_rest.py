"""Layers of TensorFlow Addons that were rarely used: NoisyDense, Sparsemax, EmbeddingBag and pyramid pooling (0.23)."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.capsule.model import Layer
from migrate.dialects.ecosystem.addons_layers import ADDONS, PACKAGE
from migrate.dialects.foreign import (
    Around,
    Foreign,
    graph_adapter,
    layer_adapter,
    refusal,
    unchanged,
    weight_of,
)
from migrate.dialects.graph_rewrites import Fragment
from migrate.dialects.rule import Era
from migrate.dialects.shapes import Shape
from migrate.findings import Fix, Rule, Severity

_REFERENCES = ("tensorflow/addons#2807",)


@layer_adapter(
    Rule(
        "ECO119",
        "addons-noisy-dense",
        "NoisyDense of TensorFlow Addons adds noise to its weights that was drawn before.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "Addons>NoisyDense", "config": {"units": 4, "sigma": 0.5, …}}',
        after='{"class_name": "Dense", …} with the kernel mu + sigma eps',
        why="The noise is drawn by `reset_noise`, not by a call, and is saved with the model. Nothing draws it anew in "
        "continued training, and its size is not learned any more.",
        references=_REFERENCES,
    ),
    Foreign(
        PACKAGE,
        "Addons",
        "NoisyDense",
        ADDONS,
        roles=lambda layer: ("sigma_kernel", "mu_kernel", "sigma_bias", "mu_bias", "eps_kernel", "eps_bias"),
        shape=lambda layer, inputs: (*inputs[0][:-1], int(layer.config["units"])),
    ),
)
def noisy_dense(layer: Layer, era: Era) -> Layer:
    """The dense layer with the noise in its weights.

    Raises:
        MigrationError: ``ECO090`` without weights.
    """
    arrays = {
        role: (
            weight_of(layer, f"mu_{role}")
            + weight_of(layer, f"sigma_{role}") * weight_of(layer, f"eps_{role}")
        )
        for role in ("kernel", "bias")
    }
    gone = {"sigma", "use_factorised"}
    kept = {key: value for key, value in layer.config.items() if key not in gone}
    return Layer("Dense", layer.name, kept, layer.nodes, arrays)


@graph_adapter(
    Rule(
        "ECO122",
        "addons-sparsemax",
        "Sparsemax of TensorFlow Addons takes what is above a threshold, which makes the sum 1.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "Addons>Sparsemax", "config": {"axis": -1}}',
        after="sort, cumulative sum, comparison and relu as operations",
        why="`keras.activations.sparsemax` is not in every release of Keras 3. Infinite inputs give other numbers than "
        "the NaN of Addons. A mask that reaches the layer is refused: operations lose it.",
        references=_REFERENCES,
    ),
    Foreign(PACKAGE, "Addons", "Sparsemax", ADDONS, shape=unchanged, unmasked=True),
)
def sparsemax(layer: Layer, around: Around) -> Fragment:
    """The threshold and what is above it."""
    axis, fragment = int(layer.config.get("axis", -1)), Fragment(layer)
    x, operation = fragment.input(), fragment.operation
    ordered = operation("sorted", "sort", x, axis=axis, direction="DESCENDING")
    rank = operation("rank", "math.cumsum", operation("ones", "ones_like", x), axis=axis)
    total = operation("total", "math.cumsum", ordered, axis=axis)
    scaled = operation("scaled", "math.multiply", ordered, y=rank)
    above = operation("above", "math.greater", operation("more", "math.add", scaled, y=1.0), y=total)
    counted = operation("counted", "cast", above, dtype="float32")
    count = operation("count", "math.reduce_sum", counted, axis=axis, keepdims=True)
    taken = operation("taken", "math.multiply", ordered, y=counted)
    taken = operation("sum", "math.reduce_sum", taken, axis=axis, keepdims=True)
    excess = operation("excess", "math.subtract", taken, y=1.0)
    threshold = operation("threshold", "math.truediv", excess, y=count)
    operation("shares", "nn.relu", operation("apart", "math.subtract", x, y=threshold))
    return fragment


@graph_adapter(
    Rule(
        "ECO123",
        "addons-embedding-bag",
        "EmbeddingBag of TensorFlow Addons sums the vectors of several ids.",
        Severity.ERROR,
        before='{"class_name": "Addons>EmbeddingBag", "config": {"input_dim": 9, "combiner": "sum", …}}',
        after="Embedding, weights as a product, and the sum or the mean over the ids",
        why="The layer was a faster form of these three. A mask that reaches it is refused: operations lose it.",
        references=_REFERENCES,
    ),
    Foreign(
        PACKAGE,
        "Addons",
        "EmbeddingBag",
        ADDONS,
        roles=lambda layer: ("embeddings",),
        shape=lambda layer, inputs: (*inputs[0][:-1], int(layer.config["output_dim"])),
        unmasked=True,
    ),
)
def embedding_bag(layer: Layer, around: Around) -> Fragment:
    """Vectors, weights, and their sum.

    Raises:
        MigrationError: ``ECO090`` for a combiner that is not the sum or the mean, and without weights.
    """
    config, fragment = layer.config, Fragment(layer)
    reduce = {"sum": "math.reduce_sum", "mean": "math.reduce_mean"}.get(str(config.get("combiner", "sum")))
    if reduce is None:
        raise refusal(layer, f"its combiner is {config['combiner']!r}")
    table = {key: config[key] for key in ("input_dim", "output_dim")}
    arrays = {"embeddings": weight_of(layer, "embeddings")}
    x = fragment.add("Embedding", "vectors", fragment.input(), table, arrays)
    if layer.nodes and len(list(layer.nodes[0].refs())) > 1:
        weights = fragment.operation("column", "expand_dims", fragment.input(1), axis=-1)
        x = fragment.operation("weighed", "math.multiply", x, y=weights)
    fragment.operation("bag", reduce, x, axis=-2)
    return fragment


def _pyramid(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    bins = sum(int(rows) * int(columns) for rows, columns in layer.config["bins"])
    return (inputs[0][0], bins, inputs[0][-1])


@graph_adapter(
    Rule(
        "ECO124",
        "addons-pyramid-pooling",
        "SpatialPyramidPooling2D of TensorFlow Addons pools an image in grids of several sizes.",
        Severity.ERROR,
        before='{"class_name": "Addons>SpatialPyramidPooling2D", "config": {"bins": [[1, 1], [2, 2]], …}}',
        after="Cropping2D, AveragePooling2D and Reshape for each grid, and Concatenate",
        why="For a known size of the image each grid is plain pooling; rows and columns that do not fill a cell are "
        "cut off, as the package does. Without a known size, and with channels in front, it is refused.",
        references=_REFERENCES,
    ),
    Foreign(PACKAGE, "Addons", "SpatialPyramidPooling2D", ADDONS, shape=_pyramid),
)
def pyramid(layer: Layer, around: Around) -> Fragment:
    """The pools of each grid, one behind the other.

    Raises:
        MigrationError: ``ECO090`` for an image of unknown size or one smaller than a grid, and channels in front.
    """
    shape = around(0)
    if layer.config.get("data_format") == "channels_first":
        raise refusal(layer, "its channels stand in front")
    if shape is None or None in shape[1:]:
        raise refusal(layer, "the size of its input is unknown")
    _, height, width, channels = (int(size or 0) for size in shape)
    fragment, grids = Fragment(layer), []
    for number, (rows, columns) in enumerate(layer.config["bins"]):
        if rows > height or columns > width:
            raise refusal(layer, f"an image of {height} by {width} has no {rows} by {columns} cells")
        over = [[0, height % rows], [0, width % columns]]
        x = fragment.add("Cropping2D", f"cut_{number}", fragment.input(), {"cropping": over})
        size = [height // rows, width // columns]
        pool = {"pool_size": size, "strides": size, "padding": "valid"}
        x = fragment.add("AveragePooling2D", f"pooled_{number}", x, pool)
        grids.append(
            fragment.add("Reshape", f"grid_{number}", x, {"target_shape": [rows * columns, channels]})
        )
    if len(grids) > 1:
        fragment.add("Concatenate", "grids", grids, {"axis": 1})
    return fragment
