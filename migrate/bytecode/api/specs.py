"""TensorFlow functions that may be recorded: parameters in order, how the result's shape follows, other names.

Data only. Names and parameters are those of TensorFlow 2; every function has a counterpart in the table of
operations (:mod:`migrate.dialects.keras3.operations.table`). What TensorFlow 1 called otherwise is renamed by
:data:`RENAMED` and :data:`ALIASES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spec:
    """One function.

    Attributes:
        params: in the order of TensorFlow 2; the first is passed by position.
        rule: name of the shape rule in :mod:`.shapes`.
    """

    params: tuple[str, ...]
    rule: str


_UNARY = """
    math.abs math.acos math.acosh math.asin math.asinh math.atan math.atanh math.ceil math.cos math.cosh math.erf
    math.erfc math.erfinv math.exp math.expm1 math.floor math.log math.log1p math.log_sigmoid math.negative
    math.reciprocal math.rint math.round math.rsqrt math.sigmoid math.sign math.sin math.sinh math.softplus
    math.softsign math.sqrt math.square math.tan math.tanh nn.elu nn.relu nn.relu6 nn.selu nn.silu stop_gradient
    identity linalg.inv linalg.cholesky keras.activations.gelu keras.activations.softplus
"""
_FLAGS = "math.is_finite math.is_inf math.is_nan math.logical_not"
_BINARY = """
    math.add math.subtract math.multiply math.truediv math.divide math.divide_no_nan math.floordiv math.floormod
    math.mod math.pow math.maximum math.minimum math.squared_difference math.xlogy math.xdivy math.xlog1py
    math.multiply_no_nan math.atan2 truncatemod
"""
_COMPARISONS = """
    math.equal math.not_equal math.greater math.greater_equal math.less math.less_equal math.logical_and
    math.logical_or math.logical_xor
"""
_REDUCTIONS = """
    math.reduce_sum math.reduce_mean math.reduce_max math.reduce_min math.reduce_prod math.reduce_std
    math.reduce_variance math.reduce_logsumexp math.reduce_euclidean_norm
"""
_OTHERS: Mapping[str, tuple[str, str]] = {
    "math.reduce_any": ("input_tensor axis keepdims", "reduce_bool"),
    "math.reduce_all": ("input_tensor axis keepdims", "reduce_bool"),
    "math.count_nonzero": ("input axis keepdims dtype", "reduce_int"),
    "math.argmax": ("input axis output_type", "arg_reduce"),
    "math.argmin": ("input axis output_type", "arg_reduce"),
    "math.cumsum": ("x axis exclusive reverse", "same"),
    "math.cumprod": ("x axis exclusive reverse", "same"),
    "math.top_k": ("input k sorted", "top_k"),
    "math.l2_normalize": ("x axis epsilon", "same"),
    "nn.l2_normalize": ("x axis epsilon", "same"),
    "nn.l2_loss": ("t", "scalar"),
    "nn.softmax": ("logits axis", "same"),
    "nn.log_softmax": ("logits axis", "same"),
    "nn.leaky_relu": ("features alpha", "same"),
    "nn.gelu": ("features approximate", "same"),
    "nn.bias_add": ("value bias data_format", "same"),
    "nn.moments": ("x axes shift keepdims", "moments"),
    "nn.batch_normalization": ("x mean variance offset scale variance_epsilon", "same"),
    "nn.local_response_normalization": ("input depth_radius bias alpha beta", "same"),
    "nn.depth_to_space": ("input block_size data_format", "depth_to_space"),
    "nn.space_to_depth": ("input block_size data_format", "space_to_depth"),
    "nn.max_pool2d": ("input ksize strides padding data_format", "unknown"),
    "nn.avg_pool2d": ("input ksize strides padding data_format", "unknown"),
    "nn.max_pool": ("input ksize strides padding data_format", "unknown"),
    "nn.avg_pool": ("input ksize strides padding data_format", "unknown"),
    "nn.conv2d": ("input filters strides padding data_format dilations", "unknown"),
    "nn.depthwise_conv2d": ("input filter strides padding data_format dilations", "unknown"),
    "nn.sigmoid_cross_entropy_with_logits": ("labels logits", "same"),
    "nn.softmax_cross_entropy_with_logits": ("labels logits axis", "drop_last"),
    "keras.backend.ctc_batch_cost": ("y_true y_pred input_length label_length", "ctc"),
    "sort": ("values axis direction", "same"),
    "argsort": ("values axis direction", "indices"),
    "norm": ("tensor ord axis keepdims", "reduce"),
    "linalg.norm": ("tensor ord axis keepdims", "reduce"),
    "linalg.matmul": ("a b transpose_a transpose_b", "matmul"),
    "linalg.matvec": ("a b transpose_a", "unknown"),
    "linalg.matrix_transpose": ("a", "matrix_transpose"),
    "linalg.diag_part": ("input", "unknown"),
    "linalg.diag": ("diagonal", "unknown"),
    "linalg.band_part": ("input num_lower num_upper", "same"),
    "linalg.det": ("input", "unknown"),
    "linalg.trace": ("x", "unknown"),
    "linalg.cross": ("a b", "same"),
    "tensordot": ("a b axes", "tensordot"),
    "cast": ("x dtype", "cast"),
    "clip_by_value": ("t clip_value_min clip_value_max", "same"),
    "clip_by_norm": ("t clip_norm axes", "same"),
    "where": ("condition x y", "where"),
    "reshape": ("tensor shape", "reshape"),
    "transpose": ("a perm", "transpose"),
    "expand_dims": ("input axis", "expand_dims"),
    "squeeze": ("input axis", "squeeze"),
    "concat": ("values axis", "concat"),
    "stack": ("values axis", "stack"),
    "unstack": ("value num axis", "unstack"),
    "split": ("value num_or_size_splits axis num", "split"),
    "tile": ("input multiples", "tile"),
    "repeat": ("input repeats axis", "repeat"),
    "reverse": ("tensor axis", "same"),
    "roll": ("input shift axis", "same"),
    "pad": ("tensor paddings mode constant_values", "pad"),
    "gather": ("params indices validate_indices axis batch_dims", "gather"),
    "gather_nd": ("params indices batch_dims", "unknown"),
    "one_hot": ("indices depth on_value off_value axis dtype", "one_hot"),
    "broadcast_to": ("input shape", "reshape"),
    "shape": ("input out_type", "shape"),
    "slice": ("input_ begin size", "slice"),
    "__operators__.getitem": ("x slice_spec", "getitem"),
    "ones_like": ("input dtype", "like"),
    "zeros_like": ("input dtype", "like"),
    "fill": ("dims value", "fill"),
    "sequence_mask": ("lengths maxlen dtype", "unknown"),
    "meshgrid": ("args", "unknown"),
    "image.resize": ("images size method preserve_aspect_ratio antialias", "resize"),
    "compat.v1.image.resize_bilinear": ("images size align_corners half_pixel_centers", "resize"),
    "compat.v1.image.resize_nearest_neighbor": ("images size align_corners half_pixel_centers", "resize"),
    "image.rgb_to_grayscale": ("images", "unknown"),
    "image.grayscale_to_rgb": ("images", "unknown"),
    "image.flip_left_right": ("image", "same"),
    "image.flip_up_down": ("image", "same"),
    "image.central_crop": ("image central_fraction", "unknown"),
    "image.crop_to_bounding_box": ("image offset_height offset_width target_height target_width", "unknown"),
    "image.pad_to_bounding_box": ("image offset_height offset_width target_height target_width", "unknown"),
    "image.resize_with_crop_or_pad": ("image target_height target_width", "unknown"),
    "image.adjust_brightness": ("image delta", "same"),
    "image.adjust_contrast": ("images contrast_factor", "same"),
    "image.adjust_gamma": ("image gamma gain", "same"),
    "image.per_image_standardization": ("image", "same"),
    "image.rgb_to_yuv": ("images", "same"),
    "image.extract_patches": ("images sizes strides rates padding", "unknown"),
}


def _specs() -> dict[str, Spec]:
    made = {name: Spec(("x",), "same") for name in _UNARY.split()}
    made |= {name: Spec(("x",), "flags") for name in _FLAGS.split()}
    made |= {name: Spec(("x", "y"), "broadcast") for name in _BINARY.split()}
    made |= {name: Spec(("x", "y"), "compare") for name in _COMPARISONS.split()}
    made |= {name: Spec(("input_tensor", "axis", "keepdims"), "reduce") for name in _REDUCTIONS.split()}
    return made | {name: Spec(tuple(params.split()), rule) for name, (params, rule) in _OTHERS.items()}


SPECS: Mapping[str, Spec] = _specs()

_TOP = """
    abs acos acosh add argmax argmin asin asinh atan atan2 atanh ceil cos cosh cumprod cumsum divide equal erf exp
    expm1 floor floordiv floormod greater greater_equal less less_equal log log1p log_sigmoid logical_and logical_not
    logical_or logical_xor maximum minimum mod multiply negative not_equal pow reciprocal reduce_all reduce_any
    reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod reduce_sum rint round rsqrt sigmoid sign sin sinh
    softplus sqrt square squared_difference subtract tan tanh truediv count_nonzero is_finite is_inf is_nan
    l2_normalize top_k
"""
_LINALG = "matmul matrix_transpose norm trace cross inv det cholesky band_part diag diag_part"
ALIASES: Mapping[str, str] = {
    **{name: f"math.{name}" for name in _TOP.split()},
    **{name: f"linalg.{name}" for name in _LINALG.split()},
    "math.softmax": "nn.softmax",
    "math.log_softmax": "nn.log_softmax",
    "math.mod": "math.floormod",
    "mod": "math.floormod",
    "div": "math.truediv",
    "realdiv": "math.truediv",
    "div_no_nan": "math.divide_no_nan",
    "math.div_no_nan": "math.divide_no_nan",
    "mul": "math.multiply",
    "sub": "math.subtract",
    "neg": "math.negative",
    "pack": "stack",
    "unpack": "unstack",
    "nn.sigmoid": "math.sigmoid",
    "nn.tanh": "math.tanh",
    "nn.softplus": "math.softplus",
    "nn.softsign": "math.softsign",
    "nn.swish": "nn.silu",
    "nn.top_k": "math.top_k",
    "linalg.l2_normalize": "math.l2_normalize",
    "linalg.tensordot": "tensordot",
    "depth_to_space": "nn.depth_to_space",
    "space_to_depth": "nn.space_to_depth",
    "matrix_band_part": "linalg.band_part",
    "matrix_inverse": "linalg.inv",
    "matrix_determinant": "linalg.det",
    "matrix_diag": "linalg.diag",
    "matrix_diag_part": "linalg.diag_part",
    "image.resize_images": "image.resize",
    "image.resize_bilinear": "compat.v1.image.resize_bilinear",
    "image.resize_nearest_neighbor": "compat.v1.image.resize_nearest_neighbor",
    "image.resize_image_with_crop_or_pad": "image.resize_with_crop_or_pad",
    "nn.lrn": "nn.local_response_normalization",
}
"""Other public names of the functions above, without ``tf.`` and ``compat.v1.``."""

RENAMED: Mapping[str, str] = {
    "keep_dims": "keepdims",
    "reduction_indices": "axis",
    "squeeze_dims": "axis",
    "dim": "axis",
    "dimension": "axis",
    "concat_dim": "axis",
}
"""Parameters that TensorFlow 1 called otherwise."""
