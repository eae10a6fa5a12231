"""Graph operations of ``TensorFlowOpLayer`` (tf.keras 1.13 to 2.3) as the functions that create them.

Data only: operation → function of :mod:`.table`, parameter names of the inputs in order, attributes that are
arguments. Input and attribute names as in TensorFlow's ``ops.pbtxt``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class GraphOp:
    """How to read one kind of graph node.

    Attributes:
        function: key of ``table.FUNCTIONS``.
        inputs: parameter of each input; ``*`` gathers a list.
        attributes: attribute of the node to parameter.
        first: which input is the function's first argument, passed by position.
    """

    function: str
    inputs: tuple[str, ...] = ("x",)
    attributes: Mapping[str, str] = field(default_factory=dict)
    first: int = 0


_REDUCE = {"keep_dims": "keepdims"}
_WINDOW = {"ksize": "ksize", "strides": "strides", "padding": "padding", "data_format": "data_format"}
_CONV = {
    "strides": "strides",
    "padding": "padding",
    "dilations": "dilations",
    "data_format": "data_format",
    "explicit_paddings": "explicit_paddings",
}
_UNARY = {
    "Abs": "math.abs",
    "Acos": "math.acos",
    "Acosh": "math.acosh",
    "Asinh": "math.asinh",
    "Atanh": "math.atanh",
    "Cholesky": "linalg.cholesky",
    "Erfc": "math.erfc",
    "Erfinv": "math.erfinv",
    "MatrixDeterminant": "linalg.det",
    "MatrixInverse": "linalg.inv",
    "Asin": "math.asin",
    "Atan": "math.atan",
    "Ceil": "math.ceil",
    "Cos": "math.cos",
    "Cosh": "math.cosh",
    "Elu": "nn.elu",
    "Erf": "math.erf",
    "Exp": "math.exp",
    "Expm1": "math.expm1",
    "Floor": "math.floor",
    "Identity": "identity",
    "IsFinite": "math.is_finite",
    "IsInf": "math.is_inf",
    "IsNan": "math.is_nan",
    "L2Loss": "nn.l2_loss",
    "Log": "math.log",
    "Log1p": "math.log1p",
    "LogicalNot": "math.logical_not",
    "LogSoftmax": "nn.log_softmax",
    "Neg": "math.negative",
    "OnesLike": "ones_like",
    "Rank": "rank",
    "Reciprocal": "math.reciprocal",
    "Relu": "nn.relu",
    "Relu6": "nn.relu6",
    "Rint": "math.rint",
    "Round": "math.round",
    "Rsqrt": "math.rsqrt",
    "Selu": "nn.selu",
    "Shape": "shape",
    "Sigmoid": "math.sigmoid",
    "Sign": "math.sign",
    "Sin": "math.sin",
    "Sinh": "math.sinh",
    "Size": "size",
    "Softmax": "nn.softmax",
    "Softplus": "math.softplus",
    "Softsign": "nn.softsign",
    "Sqrt": "math.sqrt",
    "Square": "math.square",
    "StopGradient": "stop_gradient",
    "Tan": "math.tan",
    "Tanh": "math.tanh",
    "ZerosLike": "zeros_like",
}
_BINARY = {
    "Add": "math.add",
    "AddV2": "math.add",
    "Div": "math.truediv",
    "DivNoNan": "math.divide_no_nan",
    "Equal": "math.equal",
    "FloorDiv": "math.floordiv",
    "FloorMod": "math.floormod",
    "Greater": "math.greater",
    "GreaterEqual": "math.greater_equal",
    "Less": "math.less",
    "LessEqual": "math.less_equal",
    "LogicalAnd": "math.logical_and",
    "LogicalOr": "math.logical_or",
    "Maximum": "math.maximum",
    "Minimum": "math.minimum",
    "Mul": "math.multiply",
    "MulNoNan": "math.multiply_no_nan",
    "NotEqual": "math.not_equal",
    "Pow": "math.pow",
    "RealDiv": "math.truediv",
    "SquaredDifference": "math.squared_difference",
    "Sub": "math.subtract",
    "BitwiseAnd": "bitwise.bitwise_and",
    "BitwiseOr": "bitwise.bitwise_or",
    "BitwiseXor": "bitwise.bitwise_xor",
    "LeftShift": "bitwise.left_shift",
    "RightShift": "bitwise.right_shift",
    "TruncateMod": "truncatemod",
    "Xdivy": "math.xdivy",
    "Xlog1py": "math.xlog1py",
    "Xlogy": "math.xlogy",
}
_REDUCTIONS = {
    "All": "math.reduce_all",
    "Any": "math.reduce_any",
    "EuclideanNorm": "math.reduce_euclidean_norm",
    "Max": "math.reduce_max",
    "Mean": "math.reduce_mean",
    "Min": "math.reduce_min",
    "Prod": "math.reduce_prod",
    "Sum": "math.reduce_sum",
}
_COMPLEX = {
    "Angle": "math.angle",
    "ComplexAbs": "math.abs",
    "Conj": "math.conj",
    "FFT": "signal.fft",
    "FFT2D": "signal.fft2d",
    "Imag": "math.imag",
    "Real": "math.real",
}
GRAPH_OPS: Mapping[str, GraphOp] = {
    **{op: GraphOp(name) for op, name in _UNARY.items()},
    **{op: GraphOp(name, ("x", "y")) for op, name in _BINARY.items()},
    **{op: GraphOp(name, ("x", "axis"), _REDUCE) for op, name in _REDUCTIONS.items()},
    **{op: GraphOp(name, ("input",)) for op, name in _COMPLEX.items()},
    "AddN": GraphOp("math.add_n", ("*",)),
    "ArgMax": GraphOp("math.argmax", ("x", "axis"), {"output_type": "output_type"}),
    "ArgMin": GraphOp("math.argmin", ("x", "axis"), {"output_type": "output_type"}),
    "Atan2": GraphOp("math.atan2", ("y", "x")),
    "AvgPool": GraphOp("nn.avg_pool", ("x",), _WINDOW),
    "BatchMatMul": GraphOp("linalg.matmul", ("a", "b"), {"adj_x": "transpose_a", "adj_y": "transpose_b"}),
    "BatchMatMulV2": GraphOp("linalg.matmul", ("a", "b"), {"adj_x": "transpose_a", "adj_y": "transpose_b"}),
    "BatchToSpaceND": GraphOp("batch_to_space", ("input", "block_shape", "crops")),
    "BiasAdd": GraphOp("nn.bias_add", ("value", "bias"), {"data_format": "data_format"}),
    "BroadcastTo": GraphOp("broadcast_to", ("x", "shape")),
    "Cast": GraphOp("cast", ("x",), {"DstT": "dtype"}),
    "ClipByValue": GraphOp("clip_by_value", ("x", "clip_value_min", "clip_value_max")),
    "ConcatV2": GraphOp("concat", ("*", "axis")),
    "CheckNumerics": GraphOp("identity", ("input",)),
    "Complex": GraphOp("dtypes.complex", ("real", "imag")),
    "Conv2DBackpropInput": GraphOp(
        "nn.conv2d_transpose", ("output_shape", "filters", "input"), _CONV, first=2
    ),
    "Cross": GraphOp("linalg.cross", ("a", "b")),
    "Conv2D": GraphOp("nn.conv2d", ("input", "filter"), _CONV),
    "Cumprod": GraphOp("math.cumprod", ("x", "axis"), {"exclusive": "exclusive", "reverse": "reverse"}),
    "Cumsum": GraphOp("math.cumsum", ("x", "axis"), {"exclusive": "exclusive", "reverse": "reverse"}),
    "DepthToSpace": GraphOp(
        "nn.depth_to_space", ("x",), {"block_size": "block_size", "data_format": "data_format"}
    ),
    "DepthwiseConv2dNative": GraphOp("nn.depthwise_conv2d", ("input", "filter"), _CONV),
    "EnsureShape": GraphOp("identity", ("input",)),
    "ExtractImagePatches": GraphOp(
        "image.extract_patches",
        ("images",),
        {"ksizes": "ksizes", "strides": "strides", "rates": "rates", "padding": "padding"},
    ),
    "IRFFT": GraphOp("signal.irfft", ("input_tensor", "fft_length")),
    "LRN": GraphOp(
        "nn.lrn",
        ("input",),
        {"depth_radius": "depth_radius", "bias": "bias", "alpha": "alpha", "beta": "beta"},
    ),
    "LowerBound": GraphOp("searchsorted", ("sorted_sequence", "values"), {"out_type": "out_type"}),
    "MatrixBandPart": GraphOp("linalg.band_part", ("input", "num_lower", "num_upper")),
    "MatrixDiagPartV3": GraphOp("linalg.diag_part", ("input", "k", "padding_value")),
    "MatrixDiagV3": GraphOp("linalg.diag", ("diagonal", "k", "num_rows", "num_cols", "padding_value")),
    "MatrixSetDiagV3": GraphOp("linalg.set_diag", ("input", "diagonal", "k")),
    "Einsum": GraphOp("einsum", ("*",), {"equation": "equation"}),
    "ExpandDims": GraphOp("expand_dims", ("input", "axis")),
    "Fill": GraphOp("fill", ("dims", "value")),
    "GatherNd": GraphOp("gather_nd", ("params", "indices")),
    "GatherV2": GraphOp("gather", ("params", "indices", "axis"), {"batch_dims": "batch_dims"}),
    "LeakyRelu": GraphOp("nn.leaky_relu", ("features",), {"alpha": "alpha"}),
    "MatMul": GraphOp(
        "linalg.matmul", ("a", "b"), {"transpose_a": "transpose_a", "transpose_b": "transpose_b"}
    ),
    "MaxPool": GraphOp("nn.max_pool", ("x",), _WINDOW),
    "MirrorPad": GraphOp("pad", ("tensor", "paddings"), {"mode": "mode"}),
    "OneHot": GraphOp(
        "one_hot", ("indices", "depth", "on_value", "off_value"), {"axis": "axis", "T": "dtype"}
    ),
    "Pack": GraphOp("stack", ("*",), {"axis": "axis"}),
    "Pad": GraphOp("pad", ("tensor", "paddings")),
    "PadV2": GraphOp("pad", ("tensor", "paddings", "constant_values")),
    "RFFT": GraphOp("signal.rfft", ("input_tensor", "fft_length")),
    "Range": GraphOp("range", ("start", "limit", "delta")),
    "Reshape": GraphOp("reshape", ("tensor", "shape")),
    "ResizeBilinear": GraphOp(
        "image.resize_bilinear",
        ("image", "size"),
        {"align_corners": "align_corners", "half_pixel_centers": "half_pixel_centers"},
    ),
    "ResizeNearestNeighbor": GraphOp(
        "image.resize_nearest_neighbor",
        ("image", "size"),
        {"align_corners": "align_corners", "half_pixel_centers": "half_pixel_centers"},
    ),
    "ReverseV2": GraphOp("reverse", ("tensor", "axis")),
    "Roll": GraphOp("roll", ("input", "shift", "axis")),
    "ScatterNd": GraphOp("scatter_nd", ("indices", "updates", "shape")),
    "Select": GraphOp("where", ("condition", "x", "y")),
    "SelectV2": GraphOp("where", ("condition", "x", "y")),
    "Slice": GraphOp("slice", ("input", "begin", "size")),
    "SpaceToBatchND": GraphOp("space_to_batch_nd", ("input", "block_shape", "paddings")),
    "SpaceToDepth": GraphOp(
        "nn.space_to_depth", ("x",), {"block_size": "block_size", "data_format": "data_format"}
    ),
    "Split": GraphOp("split", ("axis", "value"), {"num_split": "num_or_size_splits"}, first=1),
    "SplitV": GraphOp("split", ("value", "num_or_size_splits", "axis")),
    "Squeeze": GraphOp("squeeze", ("input",), {"squeeze_dims": "axis"}),
    "StridedSlice": GraphOp(
        "strided_slice",
        ("x", "begin", "end", "strides"),
        {
            "begin_mask": "begin_mask",
            "end_mask": "end_mask",
            "ellipsis_mask": "ellipsis_mask",
            "new_axis_mask": "new_axis_mask",
            "shrink_axis_mask": "shrink_axis_mask",
        },
    ),
    "TensorScatterAdd": GraphOp("tensor_scatter_nd_add", ("tensor", "indices", "updates")),
    "TensorScatterSub": GraphOp("tensor_scatter_nd_sub", ("tensor", "indices", "updates")),
    "TensorScatterUpdate": GraphOp("tensor_scatter_nd_update", ("tensor", "indices", "updates")),
    "Tile": GraphOp("tile", ("input", "multiples")),
    "TopKV2": GraphOp("math.top_k", ("input", "k"), {"sorted": "sorted"}),
    "Transpose": GraphOp("transpose", ("a", "perm")),
    "Unpack": GraphOp("unstack", ("value",), {"num": "num", "axis": "axis"}),
}
DTYPES: Mapping[str, str] = {
    "DT_BFLOAT16": "bfloat16",
    "DT_BOOL": "bool",
    "DT_DOUBLE": "float64",
    "DT_FLOAT": "float32",
    "DT_HALF": "float16",
    "DT_INT16": "int16",
    "DT_INT32": "int32",
    "DT_INT64": "int64",
    "DT_INT8": "int8",
    "DT_UINT8": "uint8",
}
