"""``Dot`` of tensors with more than three dimensions, which Keras before 2.3 multiplied as matrices.

Source: ``batch_dot`` of ``keras/backend/tensorflow_backend.py`` of 1.2.2 to 2.2.5 and of ``tf.keras`` up to TensorFlow
1.15: a product of the last two axes for each of those before. From Keras 2.3 and TensorFlow 2.0 on every pair of
positions is multiplied, so that the result has more dimensions.
"""

from __future__ import annotations

from packaging.version import Version

from migrate.capsule.model import Layer, Model, TensorRef, Topology, structure_refs
from migrate.dialects.graph_rewrites import Fragment, replace_by_graph
from migrate.dialects.keras2.stateful_bidirectional import is_tensorflow_1
from migrate.dialects.rule import Era, Step, era_semantics, model_rule
from migrate.dialects.shapes import infer_shapes
from migrate.findings import MigrationError, Rule, Severity

_MATRICES = 3
"""Rank of a batch of matrices, up to which all releases agree."""
_SHARED = Version("2.2.4")
"""tf.keras of TensorFlow 1.13 to 2.1 calls itself ``2.2.4-tf``."""


@model_rule(
    era_semantics(
        Rule(
            "SIL060",
            "dot-of-images",
            "A Dot layer multiplies tensors of more than three dimensions.",
            Severity.SILENT,
            applies_to="<2.3",
            before='{"class_name": "Dot", "config": {"axes": 3}}: (batch, 5, 4, 3) twice',
            after="tf.linalg.matmul(left, right, transpose_b=True): (batch, 5, 4, 4)",
            why="Keras before 2.3, and tf.keras on TensorFlow 1, multiplied the last two axes as matrices, whatever "
            "axes were named. Later releases, tf-keras and Keras 3 contract the axes that are named: the result has "
            "another shape, (batch, 5, 4, 5, 4), and nothing says so.",
        )
    ),
    Step.KERAS_2,
)
def dot_of_images(model: Model, era: Era) -> Model:
    """Write the product of matrices as an operation.

    Raises:
        MigrationError: ``SIL060`` where the ranks differ or are not known, or the file does not tell which TensorFlow
            wrote it.
    """
    if model.topology is Topology.SEQUENTIAL or not any(one.class_name == "Dot" for one in model.layers):
        return model
    shapes = infer_shapes(model)
    for layer in model.layers:
        if layer.class_name != "Dot":
            continue
        refs = [list(structure_refs(node.args)) for node in layer.nodes]
        ranks = {tuple(len(shapes.get(ref) or ()) for ref in pair) for pair in refs}
        highest = max((rank for pair in ranks for rank in pair), default=0)
        if max(highest, max(_axes(layer)) + 1) <= _MATRICES:
            continue
        if era.tf_keras and era.keras >= _SHARED and not _by_tensorflow_1(model, layer, era):
            continue
        if not highest:
            raise _refusal(layer, "multiplies tensors of a shape that is not known")
        if len(ranks) > 1 or len(set(next(iter(ranks)))) > 1:
            raise _refusal(layer, "multiplies tensors of several ranks")
        model = replace_by_graph(model, layer.name, _product(layer, len(shapes[refs[0][0]])).parts)
    return model


def _by_tensorflow_1(model: Model, layer: Layer, era: Era) -> bool:
    """Whether TensorFlow 1 wrote the file; the initializers of any layer tell.

    Raises:
        MigrationError: ``SIL060`` where there are none.
    """
    with_kernels = [one for _, one in model.walk() if "kernel_initializer" in one.config]
    if not with_kernels:
        raise _refusal(
            layer, "may be of TensorFlow 1 or of TensorFlow 2, which multiply such tensors otherwise"
        )
    return any(is_tensorflow_1(one, era) for one in with_kernels)


def _refusal(layer: Layer, why: str) -> MigrationError:
    return MigrationError(
        "SIL060",
        f"{layer.name!r} {why}",
        "Write what it computes with Reshape and Dot of matrices in the source, or keep a SavedModel.",
        place=layer.name,
    )


def _axes(layer: Layer) -> tuple[int, int]:
    given = layer.config.get("axes", -1)
    first, second = [given, given] if isinstance(given, int) else given
    return first, second


def _product(layer: Layer, rank: int) -> Fragment:
    fragment = Fragment(layer)
    first, second = _axes(layer)
    left, right = fragment.input(0), fragment.input(1)
    if layer.config.get("normalize"):
        left, right = (
            _normal(fragment, *pair)
            for pair in (("left", left, first % rank), ("right", right, second % rank))
        )
    fragment.operation(
        "product",
        "linalg.matmul",
        left,
        b=right,
        transpose_a=first % rank != rank - 1,
        transpose_b=second % rank == rank - 1,
    )
    return fragment


def _normal(fragment: Fragment, side: str, tensor: TensorRef, axis: int) -> TensorRef:
    return fragment.operation(side, "math.l2_normalize", tensor, axis=axis)
