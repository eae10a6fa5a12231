"""Names under which files call TensorFlow functions, and those that have no counterpart for a reason.

Data, and the one function that reads it.
"""

from __future__ import annotations

from collections.abc import Mapping

ALIASES: Mapping[str, str] = {
    "abs": "math.abs",
    "add": "math.add",
    "argmax": "math.argmax",
    "argmin": "math.argmin",
    "ceil": "math.ceil",
    "cumsum": "math.cumsum",
    "depth_to_space": "nn.depth_to_space",
    "div": "math.divide",
    "batch_to_space_nd": "batch_to_space",
    "bitwise_and": "bitwise.bitwise_and",
    "floor": "math.floor",
    "manip.batch_to_space_nd": "batch_to_space",
    "manip.space_to_batch_nd": "space_to_batch_nd",
    "nn.softmax_cross_entropy_with_logits_v2": "nn.softmax_cross_entropy_with_logits",
    "nn.swish": "nn.silu",
    "nn.zero_fraction": "math.zero_fraction",
    "saturate_cast": "dtypes.saturate_cast",
    "space_to_batch": "space_to_batch_nd",
    "floor_div": "math.floordiv",
    "floordiv": "math.floordiv",
    "log": "math.log",
    "matmul": "linalg.matmul",
    "matrix_transpose": "linalg.matrix_transpose",
    "multiply": "math.multiply",
    "pow": "math.pow",
    "linalg.l2_normalize": "math.l2_normalize",
    "linalg.transpose": "linalg.matrix_transpose",
    "manip.gather_nd": "gather_nd",
    "nn.avg_pool_v2": "nn.avg_pool",
    "nn.depthwise_conv2d_native": "nn.depthwise_conv2d",
    "nn.max_pool_v2": "nn.max_pool",
    "nn.top_k": "math.top_k",
    "realdiv": "math.truediv",
    "reduce_max": "math.reduce_max",
    "reduce_mean": "math.reduce_mean",
    "reduce_sum": "math.reduce_sum",
    "space_to_depth": "nn.space_to_depth",
    "squared_difference": "math.squared_difference",
    "subtract": "math.subtract",
    "truediv": "math.truediv",
    "complex": "dtypes.complex",
    "manip.scatter_nd": "scatter_nd",
    "spectral.rfft": "signal.rfft",
    "tensor_scatter_add": "tensor_scatter_nd_add",
    "tensor_scatter_sub": "tensor_scatter_nd_sub",
    "tensor_scatter_update": "tensor_scatter_nd_update",
    "math.softmax": "nn.softmax",
    "math.log_softmax": "nn.log_softmax",
}
STATEFUL: Mapping[str, str] = {
    "nn.dropout": "draws new random numbers at every call, also in inference",
    "random.normal": "draws random numbers",
    "random.uniform": "draws random numbers",
    "random.truncated_normal": "draws random numbers",
    "boolean_mask": "returns a result whose shape depends on values",
    "unique": "returns a result whose shape depends on values",
    "py_function": "runs Python code that the file does not contain",
    "numpy_function": "runs Python code that the file does not contain",
}
"""Functions that are known and cannot be expressed, with the reason."""


def canonical(name: str) -> str:
    """The table's key of a function as a file names it: ``compat.v1.nn.conv2d`` is ``nn.conv2d``."""
    plain = name.removeprefix("tf.").removeprefix("compat.v1.").removeprefix("compat.v2.")
    return ALIASES.get(plain, plain)
