"""ECO: names and arguments of TensorFlow 1 that the releases with Keras 3 do not have."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.ecosystem import TensorFlowName, gone
from codemods.edits import (
    Code,
    Edit,
    ReplaceExpression,
    ReplaceReference,
)
from codemods.names.canonical import canonical
from codemods.names.uses import imported_path
from codemods.rules.api import EVERYWHERE, Match, Proof, SourceRule, Target, visit
from codemods.rules.operations.gradient_overrides import GRAPHS, goes_with_an_override
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_SWITCH = "https://github.com/tensorflow/tensorflow/releases/tag/v2.16.1"
_UPGRADE = "https://www.tensorflow.org/guide/migrate/upgrade"
TENSORFLOW_NAME = SourceRule(
    code="ECO003",
    name="tensorflow-name-gone",
    summary="TensorFlow 2.16 and later do not have this name.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    targets=EVERYWHERE,
    why="`tf.estimator` was removed in TensorFlow 2.16, `tf.contrib` and the other names of TensorFlow 1 in 2.0. "
    "The removed names are read from the live API of TensorFlow (scripts/catalogue/tensorflow_names.py).",
    references=("tensorflow/tensorflow#61920", _SWITCH),
    manual="keep TensorFlow 2.15 for this code, or rewrite it with Keras",
)
TENSORFLOW_1_NAME = SourceRule(
    code="ECO006",
    name="tensorflow-1-name",
    summary="TensorFlow 2 has the name in another place.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    targets=EVERYWHERE,
    why="With 2.0 many functions moved to modules (`tf.log` to `tf.math.log`), and what TensorFlow 2 has no use for "
    "moved to `tf.compat.v1`. A name becomes another one only where TensorFlow itself gives the same object under "
    "both, which is read from its live API; the others become the name below `tf.compat.v1` if they compute the same "
    "without a graph. What needs a graph or a session (`tf.placeholder`, `tf.Session`) moved too, but does nothing "
    "for a model of Keras 3: ECO003 reports it.",
    references=(_UPGRADE,),
    proofs=(Proof(expect="raises"), Proof("proof_2", expect="raises")),
)
FEATURE_COLUMN = SourceRule(
    code="ECO005",
    name="feature-column",
    summary="Nothing in Keras 3 accepts feature columns.",
    severity=Severity.WARNING,
    fix=Fix.MANUAL,
    targets=EVERYWHERE,
    why="TensorFlow still has `tf.feature_column`, but their consumers were removed: `DenseFeatures` with Keras 2, "
    "`tf.estimator` with TensorFlow 2.16. tf_keras still has `DenseFeatures`: in code that stays there, this is a "
    "note.",
    references=("tensorflow/tensorflow#61920", "https://keras.io/api/utils/feature_space/"),
    manual="use keras.utils.FeatureSpace, or preprocessing layers in the model",
)


_BELOW_COMPAT = frozenset(
    f"tf.{name}"
    for name in (
        # Messages, files, flags, settings, constants, protocol buffers
        *("COMPILER_VERSION", "GIT_VERSION", "VERSION", "app", "flags", "gfile", "logging", "python_io"),
        *("ConfigProto", "GPUOptions", "GraphOptions", "OptimizerOptions", "RunMetadata", "RunOptions"),
        *("Event", "GraphDef", "MetaGraphDef", "NodeDef", "Summary", "SummaryMetadata", "resource_loader"),
        *("saved_model.signature_constants", "saved_model.tag_constants", "Dimension"),
        *("dimension_at_index", "dimension_value"),
        # Functions and modules that compute with what they are given
        *("arg_max", "arg_min", "batch_gather", "batch_to_space_nd", "bincount", "clip_by_average_norm"),
        *("confusion_matrix", "count_nonzero", "decode_csv", "decode_raw", "depth_to_space", "distributions"),
        *("div", "extract_image_patches", "floor_div", "linalg.transpose", "manip", "multinomial", "Print"),
        *("parse_example", "parse_single_example", "py_func", "quantize_v2", "random.multinomial"),
        *("random_poisson", "reduce_join", "setdiff1d", "space_to_depth", "spectral", "string_split"),
        *("string_to_hash_bucket", "string_to_number", "substr", "verify_tensor_all_finite"),
        *("sparse_add", "sparse_concat", "sparse_matmul", "sparse_merge", "sparse_reduce_max"),
        *("sparse_reduce_max_sparse", "sparse_reduce_sum", "sparse_reduce_sum_sparse", "sparse_segment_mean"),
        *("sparse_segment_sqrt_n", "sparse_segment_sum", "sparse_split", "sparse_to_dense"),
        *(
            "image.extract_image_patches",
            "image.resize_area",
            "image.resize_bicubic",
            "image.resize_bilinear",
        ),
        *("image.resize_image_with_pad", "image.resize_images", "image.resize_nearest_neighbor"),
        *("nn.conv2d_backprop_filter", "nn.conv2d_backprop_input", "nn.depthwise_conv2d_native"),
        *("nn.fused_batch_norm", "nn.relu_layer", "nn.softmax_cross_entropy_with_logits_v2", "nn.xw_plus_b"),
        # Initializers
        *("glorot_normal_initializer", "glorot_uniform_initializer", "orthogonal_initializer"),
        *("truncated_normal_initializer", "uniform_unit_scaling_initializer", "variance_scaling_initializer"),
    )
)
"""Names of TensorFlow 1 that mean the same below ``tf.compat.v1``, whether a graph is built or not."""
_CASTS = {
    f"tf.to_{short}": f"tf.{dtype}"
    for short, dtype in (
        *(("bfloat16", "bfloat16"), ("complex128", "complex128"), ("complex64", "complex64")),
        *(("double", "float64"), ("float", "float32"), ("int32", "int32"), ("int64", "int64")),
    )
}
"""Functions that are ``tf.cast`` to a type (``tensorflow/python/ops/math_ops.py``)."""
_SEED = {"tf.set_random_seed": "tf.random.set_seed", "tf.random.set_random_seed": "tf.random.set_seed"}
"""Without a graph they do the same."""


@visit(TENSORFLOW_NAME, TENSORFLOW_1_NAME, packages=("tf",))
def tensorflow_names(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """Names of TensorFlow that its releases with Keras 3 do not have."""
    name = ctx.name(node) if isinstance(node, ast.expr) else _path_of(node, ctx)
    row = gone(name) if name is not None else None
    if row is None or name is None:
        return
    if isinstance(node, ast.expr) and not ctx.direct(node):
        return
    if isinstance(node, ast.expr) and name in GRAPHS and goes_with_an_override(node, ctx):
        return  # BKD005 speaks of it
    edit = _cast(node, name, ctx) if name in _CASTS else None
    now = _place(name, row)
    if edit is not None:
        text = f"{name} is tf.cast to {_CASTS[name]}"
        yield Match(TENSORFLOW_1_NAME, node, text, edits=(edit,), symbol=name)
    elif now:
        edits = (ReplaceReference(node, now),)
        yield Match(TENSORFLOW_1_NAME, node, f"{name} is {now}", edits=edits, symbol=name)
    else:
        text = f"TensorFlow 2.16 and later have no {row.name}"
        yield Match(TENSORFLOW_NAME, node, text, row.note, symbol=name)


def _place(name: str, row: TensorFlowName) -> str:
    """Where TensorFlow 2 has a name; empty when what is there needs a graph."""
    rest = name.removeprefix(row.name)
    if row.name in _BELOW_COMPAT or row.name in _CASTS:
        return f"tf.compat.v1{name.removeprefix('tf')}"
    return f"{_SEED.get(row.name) or row.now}{rest}" if row.name in _SEED or row.now else ""


def _cast(node: ast.expr | ast.alias, name: str, ctx: Context) -> Edit | None:
    """``tf.cast(x, tf.float32)`` of ``tf.to_float(x)``; the name of the operation is left out."""
    call = ctx.callee(node) if isinstance(node, ast.expr) else None
    value = ctx.arguments(call, "x", "name").get("x") if call is not None else None
    if call is None or value is None or ctx.arguments(call).star:
        return None
    return ReplaceExpression(call, Code(f"tf.cast(x, {_CASTS[name]})", {"x": value}))


@visit(FEATURE_COLUMN, prefixes=("tf.feature_column.", "tf.compat.v1.feature_column."))
def feature_columns(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """Columns that TensorFlow still has and nothing takes."""
    name = ctx.name(node) if isinstance(node, ast.expr) else _path_of(node, ctx)
    if name is not None and gone(name) is None:
        # tf_keras takes them: where the code stays with it, this is only a note for the day when it moves.
        note = Severity.INFO if ctx.target is Target.TF_KERAS_2 else None
        yield Match(FEATURE_COLUMN, node, f"nothing in Keras 3 accepts {name}", symbol=name, severity=note)


def _path_of(alias: ast.alias, ctx: Context) -> str | None:
    """The canonical name that an import brings, where nothing in the file uses it."""
    bound = (alias.asname or alias.name).partition(".")[0]
    if ctx.module.index.names.get(bound):
        return None
    return canonical(imported_path(ctx.parent(alias), alias)).name
