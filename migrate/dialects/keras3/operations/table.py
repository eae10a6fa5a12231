"""TensorFlow functions and graph operations, and the ``keras.ops`` calls that mean the same.

Data only. ``keras.…`` targets are public functions; ``composite.…`` targets are written out as several
``keras.ops`` calls when the model is built (:mod:`migrate.worlds.modern.operations`), because they depend on
static shapes or have no counterpart of their own. Parameter names are those of TF 1.15 to 2.15.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Target:
    """Where a function goes.

    Attributes:
        function: ``keras.ops.mean``, ``composite.gather``.
        rename: TensorFlow's parameter to the target's; the first argument stays positional.
        drop: parameters without a meaning for the result.
        arrays: parameters of the target whose list constants are tensors, not axes or sizes.
        constants: arguments that the target needs beside those given.
    """

    function: str
    rename: Mapping[str, str] = field(default_factory=dict)
    drop: frozenset[str] = frozenset()
    arrays: frozenset[str] = frozenset()
    constants: Mapping[str, object] = field(default_factory=dict)


_UNARY = {
    "math.abs": "absolute",
    "math.acos": "arccos",
    "math.acosh": "arccosh",
    "math.asin": "arcsin",
    "math.asinh": "arcsinh",
    "math.atan": "arctan",
    "math.atanh": "arctanh",
    "math.ceil": "ceil",
    "math.conj": "conj",
    "math.cos": "cos",
    "math.cosh": "cosh",
    "math.erf": "erf",
    "math.erfinv": "erfinv",
    "math.exp": "exp",
    "math.expm1": "expm1",
    "math.floor": "floor",
    "math.imag": "imag",
    "math.is_finite": "isfinite",
    "math.is_inf": "isinf",
    "math.is_nan": "isnan",
    "math.log": "log",
    "math.log1p": "log1p",
    "math.log_sigmoid": "log_sigmoid",
    "math.logical_not": "logical_not",
    "math.negative": "negative",
    "math.real": "real",
    "math.reciprocal": "reciprocal",
    "math.round": "round",
    "math.rsqrt": "rsqrt",
    "math.sigmoid": "sigmoid",
    "math.sign": "sign",
    "math.sin": "sin",
    "math.sinh": "sinh",
    "math.softplus": "softplus",
    "math.softsign": "softsign",
    "math.sqrt": "sqrt",
    "math.square": "square",
    "math.tan": "tan",
    "math.tanh": "tanh",
    "nn.elu": "elu",
    "nn.relu": "relu",
    "nn.relu6": "relu6",
    "nn.selu": "selu",
    "nn.sigmoid": "sigmoid",
    "nn.softplus": "softplus",
    "nn.softsign": "softsign",
    "nn.tanh": "tanh",
    "stop_gradient": "stop_gradient",
}
_BINARY = {
    "__operators__.add": "add",
    "__operators__.eq": "equal",
    "__operators__.ne": "not_equal",
    "math.add": "add",
    "math.divide": "true_divide",
    "math.divide_no_nan": "divide_no_nan",
    "math.equal": "equal",
    "math.floordiv": "floor_divide",
    "math.floormod": "mod",
    "math.greater": "greater",
    "math.greater_equal": "greater_equal",
    "math.less": "less",
    "math.less_equal": "less_equal",
    "math.logical_and": "logical_and",
    "math.logical_or": "logical_or",
    "math.logical_xor": "logical_xor",
    "math.mod": "mod",
    "math.multiply": "multiply",
    "math.not_equal": "not_equal",
    "math.pow": "power",
    "math.subtract": "subtract",
    "math.truediv": "true_divide",
}
_BITWISE = {
    "bitwise.bitwise_and": "bitwise_and",
    "bitwise.bitwise_or": "bitwise_or",
    "bitwise.bitwise_xor": "bitwise_xor",
    "bitwise.left_shift": "bitwise_left_shift",
    "bitwise.right_shift": "bitwise_right_shift",
}
_REDUCTIONS = {
    "math.reduce_all": "all",
    "math.reduce_any": "any",
    "math.reduce_logsumexp": "logsumexp",
    "math.reduce_max": "max",
    "math.reduce_min": "min",
    "math.reduce_prod": "prod",
    "math.reduce_std": "std",
    "math.reduce_sum": "sum",
    "math.reduce_variance": "var",
}
_AXIS = {"keep_dims": "keepdims", "reduction_indices": "axis", "dim": "axis", "dimension": "axis"}
_CONV = {
    "filter": "kernel",
    "filters": "kernel",
    "dilation_rate": "dilations",
    "rate": "dilations",
    "input": "inputs",
}
_POOL_DROP = frozenset({"input"})
_ACTIVATIONS = (
    "elu",
    "exponential",
    "gelu",
    "leaky_relu",
    "linear",
    "log_softmax",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "swish",
    "tanh",
)
"""Activations whose Keras 2 and Keras 3 definitions agree (``hard_sigmoid`` does not: SIL001)."""


def _composite(
    name: str,
    *arrays: str,
    drop: tuple[str, ...] = (),
    also: Mapping[str, str] | None = None,
    **rename: str,
) -> Target:
    return Target(f"composite.{name}", {**(also or {}), **rename}, frozenset(drop), frozenset(arrays))


FUNCTIONS: Mapping[str, Target] = {
    **{name: Target(f"keras.ops.{op}", drop=frozenset({"dtype", "optimize"})) for name, op in _UNARY.items()},
    **{
        name: Target(
            f"keras.ops.{op}",
            {"y": "x2", "other": "x2"},
            frozenset({"incompatible_shape_error"}),
            frozenset({"x1", "x2"}),
        )
        for name, op in _BINARY.items()
    },
    **{name: _composite(op, "x", "y") for name, op in _BITWISE.items()},
    **{name: Target(f"keras.ops.{op}", _AXIS) for name, op in _REDUCTIONS.items()},
    **{f"keras.activations.{name}": Target(f"keras.activations.{name}") for name in _ACTIVATIONS},
    "math.rint": Target("keras.ops.round"),
    "quantization.fake_quant_with_min_max_vars": _composite("graph.fake_quant", min="low", max="high"),
    "math.atan2": Target("keras.ops.arctan2", {"x": "x2"}, arrays=frozenset({"x1", "x2"})),
    "math.reduce_euclidean_norm": Target("composite.norm", _AXIS),
    "math.squared_difference": _composite("squared_difference", "x", "y"),
    "math.multiply_no_nan": _composite("multiply_no_nan", "x", "y"),
    "math.xlogy": _composite("xlogy", "x", "y"),
    "math.scalar_mul": _composite("scalar_mul"),
    "math.add_n": _composite("add_n"),
    "math.accumulate_n": _composite("add_n", drop=("shape", "tensor_dtype")),
    "math.count_nonzero": _composite("count_nonzero", also=_AXIS),
    "math.argmax": _composite("argmax", dimension="axis"),
    "math.argmin": _composite("argmin", dimension="axis"),
    "math.cumsum": _composite("cumsum"),
    "math.cumprod": _composite("cumprod"),
    "math.top_k": _composite("top_k"),
    "math.l2_normalize": _composite("l2_normalize", dim="axis"),
    "nn.l2_normalize": _composite("l2_normalize", dim="axis"),
    "nn.l2_loss": _composite("l2_loss"),
    "math.polyval": _composite("polyval", "x"),
    "math.segment_sum": _composite("segment_sum", "segment_ids"),
    "math.unsorted_segment_sum": _composite("segment_sum", "segment_ids"),
    "math.maximum": _composite("maximum", "x", "y"),
    "math.minimum": _composite("minimum", "x", "y"),
    "math.reduce_mean": _composite("reduce_mean", also=_AXIS),
    "math.xdivy": _composite("xdivy", "x", "y"),
    "math.xlog1py": _composite("xlog1py", "x", "y"),
    "math.erfc": _composite("erfc"),
    "math.zero_fraction": _composite("zero_fraction"),
    "truncatemod": _composite("truncatemod", "x", "y"),
    "ones_like": Target("keras.ops.ones_like", drop=frozenset({"optimize", "layout"})),
    "zeros_like": Target("keras.ops.zeros_like", drop=frozenset({"optimize", "layout"})),
    "sort": _composite("sort"),
    "argsort": _composite("argsort", drop=("stable",)),
    "norm": _composite("norm", also=_AXIS),
    "linalg.norm": _composite("norm", also=_AXIS),
    "linalg.matmul": _composite(
        "matmul", "a", "b", drop=("a_is_sparse", "b_is_sparse", "output_type", "grad_a", "grad_b")
    ),
    "keras.backend.batch_flatten": _composite("batch_flatten"),
    "linalg.matvec": _composite("matvec", "a", "b", drop=("a_is_sparse", "b_is_sparse")),
    "linalg.tensordot": Target("keras.ops.tensordot", {"b": "x2"}, arrays=frozenset({"x1", "x2"})),
    "tensordot": Target("keras.ops.tensordot", {"b": "x2"}, arrays=frozenset({"x1", "x2"})),
    "linalg.matrix_transpose": _composite("matrix_transpose", drop=("conjugate",)),
    "linalg.diag_part": _composite("diag_part", drop=("padding_value", "align")),
    "linalg.diag": _composite("diag", drop=("padding_value", "align", "num_rows", "num_cols")),
    "linalg.set_diag": _composite("set_diag", drop=("align",)),
    "linalg.band_part": _composite("band_part"),
    "linalg.normalize": _composite("normalize"),
    "linalg.cholesky": Target("keras.ops.cholesky"),
    "linalg.solve": Target("keras.ops.solve", {"rhs": "b"}, frozenset({"adjoint"})),
    "linalg.qr": Target("keras.ops.qr", drop=frozenset({"full_matrices"})),
    "linalg.trace": Target("keras.ops.trace", constants={"axis1": -2, "axis2": -1}),
    "linalg.inv": Target("keras.ops.inv", drop=frozenset({"adjoint"})),
    "linalg.det": Target("keras.ops.det"),
    "linalg.cross": Target("keras.ops.cross", {"b": "x2"}),
    "einsum": _composite("einsum"),
    "cast": _composite("cast"),
    "identity": _composite("identity"),
    "convert_to_tensor": _composite("identity", drop=("dtype_hint", "preferred_dtype", "dtype")),
    "ensure_shape": _composite("identity", drop=("shape",)),
    "debugging.check_numerics": _composite("identity", drop=("message",)),
    "clip_by_value": _composite("clip_by_value", "clip_value_min", "clip_value_max"),
    "dtypes.saturate_cast": _composite("saturate_cast"),
    "clip_by_norm": _composite("clip_by_norm", axes="axis"),
    "where": _composite("where", "x", "y"),
    "reshape": _composite("reshape"),
    "transpose": _composite("transpose", drop=("conjugate",), perm="axes"),
    "expand_dims": _composite("expand_dims", dim="axis"),
    "squeeze": _composite("squeeze", squeeze_dims="axis"),
    "concat": _composite("concat", "values"),
    "stack": _composite("stack", "values"),
    "unstack": _composite("unstack"),
    "split": _composite("split"),
    "tile": _composite("tile"),
    "repeat": Target("keras.ops.repeat"),
    "reverse": Target("keras.ops.flip"),
    "roll": Target("keras.ops.roll"),
    "pad": _composite("pad"),
    "gather": _composite("gather", "indices", drop=("validate_indices",)),
    "searchsorted": _composite("searchsorted", "sorted_sequence", "values"),
    "gather_nd": _composite("gather_nd", "indices", drop=("bad_indices_policy",)),
    "nn.embedding_lookup": _composite(
        "gather",
        "params",
        "indices",
        drop=("partition_strategy", "validate_indices", "max_norm"),
        ids="indices",
    ),
    "one_hot": _composite("one_hot"),
    "broadcast_to": _composite("broadcast_to"),
    "shape": _composite("shape", drop=("out_type", "optimize")),
    "size": _composite("size", drop=("out_type",)),
    "rank": _composite("rank"),
    "zeros": _composite("zeros", drop=("layout",)),
    "ones": _composite("ones", drop=("layout",)),
    "fill": _composite("fill", drop=("layout",)),
    "eye": _composite("eye"),
    "range": _composite("range"),
    "sequence_mask": _composite("sequence_mask"),
    "slice": _composite("slice"),
    "strided_slice": _composite("strided_slice"),
    "__operators__.getitem": _composite("getitem"),
    "meshgrid": _composite("meshgrid"),
    "nn.softmax": Target("keras.ops.softmax", {"dim": "axis"}),
    "nn.log_softmax": Target("keras.ops.log_softmax", {"dim": "axis"}),
    "nn.leaky_relu": _composite("leaky_relu"),
    "nn.silu": _composite("silu"),
    "nn.softmax_cross_entropy_with_logits": _composite("softmax_cross_entropy", "labels", dim="axis"),
    "nn.sigmoid_cross_entropy_with_logits": _composite("sigmoid_cross_entropy", "labels"),
    "nn.sparse_softmax_cross_entropy_with_logits": _composite("sparse_softmax_cross_entropy"),
    "keras.backend.binary_crossentropy": _composite("binary_crossentropy", "target"),
    "keras.backend.categorical_crossentropy": _composite("categorical_crossentropy", "target"),
    "keras.backend.sparse_categorical_crossentropy": _composite(
        "sparse_categorical_crossentropy", drop=("ignore_class",)
    ),
    "keras.backend.ctc_batch_cost": _composite("ctc_batch_cost"),
    "nn.gelu": _composite("gelu"),
    "nn.crelu": _composite("crelu"),
    "nn.bias_add": _composite("bias_add", "bias"),
    "nn.moments": _composite("moments", drop=("shift",), axes="axis", also=_AXIS),
    "nn.batch_normalization": _composite("batch_normalization", "mean", "variance", "offset", "scale"),
    "nn.local_response_normalization": _composite("local_response_normalization"),
    "nn.lrn": _composite("local_response_normalization"),
    "nn.conv1d": _composite("conv", "kernel", drop=("use_cudnn_on_gpu",), stride="strides", also=_CONV),
    "nn.conv2d": _composite("conv", "kernel", drop=("use_cudnn_on_gpu",), also=_CONV),
    "nn.conv3d": _composite("conv", "kernel", also=_CONV),
    "nn.convolution": _composite("conv", "kernel", also=_CONV),
    "nn.depthwise_conv2d": _composite("depthwise_conv", "kernel", also=_CONV),
    "nn.separable_conv2d": _composite(
        "separable_conv",
        "depthwise_kernel",
        "pointwise_kernel",
        depthwise_filter="depthwise_kernel",
        pointwise_filter="pointwise_kernel",
        also=_CONV,
    ),
    "nn.conv2d_transpose": _composite("conv_transpose", "kernel", also=_CONV),
    "nn.conv1d_transpose": _composite("conv_transpose", "kernel", also=_CONV),
    "nn.atrous_conv2d": _composite("atrous_conv2d", "kernel", value="inputs", filters="kernel"),
    "nn.pool": _composite("pool", drop=("spatial_dims",), dilation_rate="dilations"),
    "space_to_batch_nd": _composite("space_to_batch"),
    "batch_to_space": _composite("batch_to_space"),
    "image.extract_patches": _composite("extract_patches", ksizes="sizes"),
    **{
        f"nn.{kind}_pool{rank}": Target(
            f"composite.{kind}_pool", {"ksize": "size", "padding": "padding"}, _POOL_DROP
        )
        for kind in ("max", "avg")
        for rank in ("", "1d", "2d", "3d")
    },
    "nn.depth_to_space": _composite("depth_to_space"),
    "nn.space_to_depth": _composite("space_to_depth"),
    "image.resize": _composite("resize", new_height_width="size"),
    "image.resize_bilinear": _composite("resize_bilinear", drop=("name",)),
    "image.resize_nearest_neighbor": _composite("resize_nearest"),
    "image.rgb_to_grayscale": _composite("rgb_to_grayscale"),
    "image.grayscale_to_rgb": _composite("grayscale_to_rgb"),
    "image.flip_left_right": _composite("flip_left_right"),
    "image.flip_up_down": _composite("flip_up_down"),
    "image.rot90": _composite("rot90"),
    "image.transpose": _composite("transpose_image"),
    "image.crop_to_bounding_box": _composite("crop_to_bounding_box"),
    "image.pad_to_bounding_box": _composite("pad_to_bounding_box"),
    "image.resize_with_crop_or_pad": _composite("resize_with_crop_or_pad"),
    "image.central_crop": _composite("central_crop"),
    "image.adjust_gamma": _composite("adjust_gamma"),
    "image.rgb_to_yuv": _composite("rgb_to_yuv"),
    "image.rgb_to_yiq": _composite("rgb_to_yiq"),
    "image.per_image_standardization": _composite("per_image_standardization"),
    "image.convert_image_dtype": _composite("convert_image_dtype", drop=("saturate",)),
    "image.adjust_brightness": _composite("adjust_brightness"),
    "image.adjust_contrast": _composite("adjust_contrast"),
}
