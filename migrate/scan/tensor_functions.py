"""Functions on tensors: what layers that wrap a TensorFlow call may name (``TFOpLambda`` and similar classes).

tf-keras looks the name up among all symbols that TensorFlow exports, so ``io.write_file``, ``compat.v1.read_file`` and
``load_op_library`` are found there as well as ``math.add``. The lists are the public functions of TensorFlow 2.4 to
2.21 that compute tensors from tensors, and the methods that ``tf_op_layer.py`` of tf-keras 2.21 delegates.
"""

from __future__ import annotations

import re

from migrate.formats.stock import ACTIVATIONS, TRAINING_FUNCTIONS
from migrate.scan.operations import computes_only

_DOTTED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_COMPATIBLE = ("tf.", "compat.v1.", "compat.v2.")
_MODULES = frozenset(
    """
    math math.special nn nn.experimental linalg strings image signal spectral random sparse ragged bitwise dtypes sets
    quantization experimental.numpy experimental.numpy.random __operators__ keras.backend numpy
    """.split()  # noqa: SIM905 - names read better as text
)
"""Modules whose public functions work on tensors, except those that change or read the state of the process."""
_STATEFUL = re.compile(
    r"(set(?!_diag)|get|clear|reset|enable|disable|experimental_enable|create|register|load|save|batch_set|batch_get)(_|$)"
    r"|(is_traceback|manual_variable|learning_phase|update|moving_average_update|function|gradients|eval|rnn|map_fn"
    r"|foldl|foldr|print_tensor|variable|py_func|dynamic_rnn|raw_rnn|static_\w*rnn|bidirectional_dynamic_rnn)"
)
_READS_FILES = frozenset({"fixed_unigram_candidate_sampler"})
"""A function that takes the name of a vocabulary file."""
_SINGLE = frozenset(
    """
    debugging.check_numerics debugging.assert_all_finite manip.batch_to_space_nd manip.gather_nd manip.reshape
    manip.reverse manip.roll manip.scatter_nd manip.space_to_batch_nd manip.tile io.decode_base64 io.encode_base64
    io.decode_raw io.decode_image io.decode_jpeg io.decode_png io.decode_bmp io.decode_gif io.decode_and_crop_jpeg
    io.encode_jpeg io.encode_png io.is_jpeg io.extract_jpeg_shape io.parse_tensor io.serialize_tensor io.parse_example
    io.parse_single_example io.decode_csv io.decode_json_example io.decode_compressed io.serialize_sparse
    nest.flatten audio.decode_wav audio.encode_wav
    """.split()  # noqa: SIM905
)
"""Functions on tensors in modules that also hold other things."""
_TOP_LEVEL = frozenset(
    """
    Assert abs accumulate_n acos acosh add add_n angle approx_top_k arg_max arg_min argmax argmin argsort
    as_dtype as_string asin asinh assert_equal assert_greater assert_greater_equal assert_integer assert_less
    assert_less_equal assert_near assert_negative assert_non_negative assert_non_positive assert_none_equal
    assert_positive assert_proper_iterable assert_rank assert_rank_at_least assert_rank_in
    assert_same_float_dtype assert_scalar assert_type atan atan2 atanh batch_gather batch_matmul
    batch_to_space batch_to_space_nd betainc bincount bitcast boolean_mask broadcast_dynamic_shape
    broadcast_static_shape bitwise_and broadcast_to case cast ceil check_numerics cholesky cholesky_solve
    clip_by_average_norm clip_by_global_norm clip_by_norm clip_by_value complex concat cond confusion_matrix
    conj constant conv conv2d_backprop_filter_v2 conv2d_backprop_input_v2 convert_to_tensor
    convert_to_tensor_or_indexed_slices convert_to_tensor_or_sparse_tensor cos cosh count_nonzero cross
    cumprod cumsum decode_base64 decode_compressed decode_csv decode_json_example decode_raw depth_to_space
    dequantize deserialize_many_sparse diag diag_part digamma dimension_at_index dimension_value div
    div_no_nan divide dynamic_partition dynamic_stitch edit_distance eig eigvals einsum encode_base64
    ensure_shape equal erf erfc exp expand_dims expm1 extract_image_patches extract_volume_patches eye
    fake_quant_with_min_max_args fake_quant_with_min_max_args_gradient fake_quant_with_min_max_vars
    fake_quant_with_min_max_vars_gradient fake_quant_with_min_max_vars_per_channel
    fake_quant_with_min_max_vars_per_channel_gradient fft fft2d fft3d fftnd fill fingerprint floor floor_div
    floordiv floormod gather gather_nd global_norm greater greater_equal group guarantee_const
    histogram_fixed_width histogram_fixed_width_bins identity identity_n ifft ifft2d ifft3d ifftnd igamma
    igammac imag invert_permutation irfftnd is_finite is_inf is_nan is_non_decreasing is_numeric_tensor
    is_strictly_increasing is_symbolic_tensor is_tensor lbeta less less_equal lgamma lin_space linspace log
    log1p log_sigmoid log_softmax logical_and logical_not logical_or logical_xor matmul matrix_band_part
    matrix_determinant matrix_diag matrix_diag_part matrix_inverse matrix_set_diag matrix_solve
    matrix_solve_ls matrix_square_root matrix_transpose matrix_triangular_solve maximum meshgrid minimum mod
    multinomial multiply negative no_op norm not_equal one_hot ones ones_like pad parallel_stack parse_example
    parse_single_example parse_single_sequence_example parse_tensor placeholder placeholder_with_default
    polygamma pow qr quantize quantize_v2 quantized_concat ragged_fill_empty_rows ragged_fill_empty_rows_grad
    random_crop random_gamma random_index_shuffle random_normal random_poisson random_shuffle random_uniform
    range rank real realdiv reciprocal reduce_all reduce_any reduce_join reduce_logsumexp reduce_max
    reduce_mean reduce_min reduce_prod reduce_sum regex_replace relu repeat required_space_to_batch_paddings
    reshape reverse reverse_sequence reverse_v2 rfftnd rint roll round rsqrt saturate_cast scalar_mul
    scatter_nd scatter_nd_add scatter_nd_sub scatter_nd_update searchsorted segment_max segment_mean
    segment_min segment_prod segment_sum self_adjoint_eig self_adjoint_eigvals sequence_mask
    serialize_many_sparse serialize_sparse serialize_tensor setdiff1d shape shape_n sigmoid sign sin sinh size
    slice softmax sort space_to_batch space_to_batch_nd space_to_depth sparse_add sparse_concat
    sparse_fill_empty_rows sparse_mask sparse_matmul sparse_maximum sparse_merge sparse_minimum
    sparse_placeholder sparse_reduce_max sparse_reduce_max_sparse sparse_reduce_sum sparse_reduce_sum_sparse
    sparse_reorder sparse_reset_shape sparse_reshape sparse_retain sparse_segment_mean sparse_segment_sqrt_n
    sparse_segment_sum sparse_slice sparse_softmax sparse_split sparse_tensor_dense_matmul
    sparse_tensor_to_dense sparse_to_dense sparse_to_indicator sparse_transpose split sqrt square
    squared_difference squeeze stack stop_gradient strided_slice string_join string_split string_strip
    string_to_hash_bucket string_to_hash_bucket_fast string_to_hash_bucket_strong string_to_number substr
    subtract svd switch_case tan tanh tensor_scatter_add tensor_scatter_nd_add tensor_scatter_nd_max
    tensor_scatter_nd_min tensor_scatter_nd_sub tensor_scatter_nd_update tensor_scatter_sub
    tensor_scatter_update tensordot tile timestamp to_bfloat16 to_complex128 to_complex64 to_double to_float
    to_int32 to_int64 trace transpose truediv truncated_normal truncatediv truncatemod tuple unique
    unique_with_counts unravel_index unsorted_segment_max unsorted_segment_mean unsorted_segment_min
    unsorted_segment_prod unsorted_segment_sqrt_n unsorted_segment_sum unstack verify_tensor_all_finite where
    where_v2 zeros zeros_like zeta
    """.split()  # noqa: SIM905
)
"""Functions of ``tf`` itself and of ``tf.compat.v1``."""
_CLASS_METHODS = frozenset(
    """
    RaggedTensor.from_row_lengths RaggedTensor.from_row_limits RaggedTensor.from_row_splits RaggedTensor.from_row_starts
    RaggedTensor.from_value_rowids RaggedTensor.from_nested_row_lengths RaggedTensor.from_nested_row_splits
    RaggedTensor.from_nested_value_rowids RaggedTensor.from_uniform_row_length RaggedTensor.from_sparse
    RaggedTensor.from_tensor SparseTensor.from_value sparse.SparseTensor.from_value
    """.split()  # noqa: SIM905
)
_TENSOR_ATTRIBUTES = frozenset(
    """
    values flat_values row_splits nested_row_splits value_rowids nested_value_rowids nrows row_starts row_limits
    row_lengths nested_row_lengths bounding_shape with_values with_flat_values with_row_splits_dtype merge_dims
    to_tensor to_sparse indices dense_shape shape dtype ragged_rank uniform_row_length rank
    """.split()  # noqa: SIM905
)


def is_tensor_function(name: object) -> bool:
    """Whether a ``TFOpLambda`` may name it: a TensorFlow function on tensors, such as ``math.multiply``."""
    if not isinstance(name, str) or not _DOTTED.fullmatch(name):
        return False
    plain = _without_prefix(name)
    module, _, function = plain.rpartition(".")
    if module == "raw_ops":
        return computes_only(function)
    if module in ("keras.activations", "keras.losses", "keras.metrics"):
        return function in ACTIVATIONS | TRAINING_FUNCTIONS
    if not module:
        return function in _TOP_LEVEL
    if plain in _SINGLE:
        return True
    return module in _MODULES and not _STATEFUL.match(function) and function not in _READS_FILES


def is_tensor_method(symbol: object, method: object) -> bool:
    """Whether a ``ClassMethod`` may name them: a constructor of a ragged or sparse tensor."""
    return isinstance(symbol, str) and f"{_without_prefix(symbol)}.{method}" in _CLASS_METHODS


def is_tensor_attribute(name: object) -> bool:
    """Whether an ``InstanceMethod`` or ``InstanceProperty`` may name it: of a ragged or sparse tensor."""
    return name in _TENSOR_ATTRIBUTES


def _without_prefix(name: str) -> str:
    return next((name.removeprefix(prefix) for prefix in _COMPATIBLE if name.startswith(prefix)), name)
