"""Write one HDF5 model per TensorFlow function with tf-keras, and what it computes; run as a script.

    python operation_models.py FOLDER

``FOLDER/NAME.h5`` is the model, ``FOLDER/NAME.npz`` its ``inputs/i`` and ``outputs/i``. Each case is a function of
Keras tensors and the shapes of its inputs.
"""

import os
import sys
from pathlib import Path

LINE = (4, 3)
IMAGE = (6, 5, 3)
FREE = (None, 3)
WAVE = (30,)
POSITIVE = {"acosh", "log", "log1p", "rsqrt", "sqrt", "pow", "xlogy", "sequence_mask", "reversed_operators"}
INTEGER = {"one_hot", "embedding", "integers"}
UNARY = [
    "abs",
    "acosh",
    "asinh",
    "atan",
    "ceil",
    "cos",
    "cosh",
    "erf",
    "exp",
    "expm1",
    "floor",
    "log",
    "log1p",
    "log_sigmoid",
    "negative",
    "reciprocal",
    "rint",
    "round",
    "rsqrt",
    "sigmoid",
    "sign",
    "sin",
    "sinh",
    "softplus",
    "sqrt",
    "square",
    "tan",
    "tanh",
]
BINARY = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "floordiv",
    "floormod",
    "maximum",
    "minimum",
    "pow",
    "squared_difference",
    "atan2",
    "divide_no_nan",
    "multiply_no_nan",
    "xlogy",
    "greater",
    "less_equal",
    "equal",
    "not_equal",
]
REDUCTIONS = ["sum", "mean", "max", "min", "prod", "std", "variance", "logsumexp", "euclidean_norm"]
ACTIVATIONS = [
    "elu",
    "relu",
    "relu6",
    "selu",
    "silu",
    "softplus",
    "softsign",
    "gelu",
    "leaky_relu",
    "crelu",
    "softmax",
    "log_softmax",
    "l2_normalize",
]


def cases(tf, keras):
    """Name to (function, input shapes)."""
    made = {}
    for name in UNARY:
        f = getattr(tf.math, name)
        made[name] = (lambda x, f=f: f(x + 1.1), [LINE])
    for name in BINARY:
        f = getattr(tf.math, name)
        made[name] = (
            lambda x, y, f=f: [tf.cast(f(x, y), "float32"), tf.cast(f(x, 2.0), "float32")],
            [LINE, LINE],
        )
    for name in REDUCTIONS:
        f = getattr(tf.math, "reduce_" + name)
        made["reduce_" + name] = (lambda x, f=f: [f(x, 1, keepdims=True), f(x, [1, 2])], [LINE])
    for name in ACTIVATIONS:
        made["nn_" + name] = (getattr(tf.nn, name), [LINE])
    made.update(arrays(tf), **shapes(tf), **signals(tf), **images(tf, keras))
    return made


def arrays(tf):
    """Selecting, ordering, products."""
    return {
        "logic": (lambda x, y: tf.cast(tf.logical_or(x > 0, ~(y > 1)) & (y < 2), "float32"), [LINE, LINE]),
        "reversed_operators": (lambda x: [1 - x, 2 / x, 2**x, 3 // x, 7 % x, -x, abs(x), 5 * x], [LINE]),
        "integers": (lambda x: [x * 2 + 1, x // 2, x % 3, x / 2, tf.reduce_sum(x, -1)], [(4,)]),
        "concat": (lambda x, y: tf.concat([x, y, tf.ones_like(x)], 2), [LINE, LINE]),
        "stack": (lambda x, y: [tf.stack([x, y], 1), *tf.unstack(x, axis=1)], [LINE, LINE]),
        "split": (lambda x: [*tf.split(x, [1, 2], -1), *tf.split(x, 2, 1), *tf.split(x, [1, -1], 1)], [LINE]),
        "repeat": (lambda x: [tf.repeat(x, 3, axis=1), tf.reverse(x, [1, 2]), tf.roll(x, 1, axis=1)], [LINE]),
        "pad": (
            lambda x: [
                tf.pad(x, [[0, 0], [1, 2], [0, 1]], constant_values=2.0),
                tf.pad(x, [[0, 0], [1, 1], [1, 0]], "REFLECT"),
                tf.pad(x, [[0, 0], [1, 1], [1, 0]], "SYMMETRIC"),
            ],
            [LINE],
        ),
        "gather": (lambda x: [tf.gather(x, [2, 0, 1], axis=1), tf.gather(x, 1, axis=-1)], [LINE]),
        "gather_rows": (
            lambda x: tf.gather(x, tf.argmax(x[..., 0], -1)[:, None], batch_dims=1),
            [LINE],
        ),
        "embedding": (
            lambda i: tf.nn.embedding_lookup(tf.reshape(tf.range(15.0), (5, 3)).numpy(), i),
            [(2,)],
        ),
        "one_hot": (
            lambda i: [tf.one_hot(i, 5, on_value=2.0, off_value=-1.0), tf.one_hot(i, 4, axis=1)],
            [(2,)],
        ),
        "order": (
            lambda x: [*tf.math.top_k(x, 2), tf.sort(x, axis=1), tf.argsort(x, axis=1), tf.argmin(x, 1)],
            [LINE],
        ),
        "cumulate": (
            lambda x: [
                tf.cumsum(x, 1, exclusive=True),
                tf.cumsum(x, 1, reverse=True),
                tf.cumsum(x, 1, exclusive=True, reverse=True),
                tf.math.cumprod(x, 2),
            ],
            [LINE],
        ),
        "matmul": (
            lambda x, y: [tf.matmul(x, y, transpose_b=True), tf.matmul(x, y, transpose_a=True)],
            [LINE, LINE],
        ),
        "tensordot": (lambda x: tf.tensordot(x, tf.ones((3, 2)) * 0.5, axes=1), [LINE]),
        "norm": (lambda x: [tf.norm(x, axis=-1), tf.norm(x, ord=1, axis=1, keepdims=True)], [LINE]),
        "moments": (lambda x: [*tf.nn.moments(x, [1], keepdims=True), *tf.nn.moments(x, [1, 2])], [LINE]),
        "where": (lambda x, y: [tf.where(x > 0, x, y), tf.where(x > 0, x, 0.0)], [LINE, LINE]),
        "clip": (lambda x: [tf.clip_by_value(x, -0.5, 0.5), tf.clip_by_norm(x, 1.0, axes=[-1])], [LINE]),
        "cast": (lambda x: [tf.cast(x, tf.int32), tf.cast(tf.cast(x, tf.float16), tf.float32)], [LINE]),
        "axes": (
            lambda x: [
                tf.squeeze(tf.expand_dims(x, 1), [1]),
                tf.expand_dims(x, -1),
                tf.transpose(x, (0, 2, 1)),
            ],
            [LINE],
        ),
        "slices": (
            lambda x: [
                tf.slice(x, [0, 1, 0], [-1, 2, -1]),
                x[:, 1:-1, ...],
                x[:, :, 0, None],
                x[:, ::2, ::-1],
            ],
            [LINE],
        ),
    }


def shapes(tf):
    """Sizes that are known at run time only."""
    return {
        "batch_reshape": (lambda x: tf.reshape(x, [tf.shape(x)[0], -1]), [LINE]),
        "joined_shape": (lambda x: tf.reshape(x, tf.concat([tf.shape(x)[:1], [3, 4]], 0)), [LINE]),
        "product_of_sizes": (lambda x: tf.reshape(x, [-1, tf.reduce_prod(tf.shape(x)[1:])]), [LINE]),
        "length_as_number": (lambda x: x * tf.cast(tf.shape(x)[1], tf.float32), [FREE]),
        "ones_of_shape": (lambda x: tf.ones([tf.shape(x)[0], 2, tf.shape(x)[2]]) * 2.0, [LINE]),
        "tile_by_length": (lambda x: tf.tile(x[:, :1], [1, tf.shape(x)[1], 1]), [FREE]),
        "positions": (lambda x: tf.cast(tf.range(tf.shape(x)[1]), tf.float32)[None, :, None] + x, [FREE]),
        "broadcast": (lambda x: tf.broadcast_to(x[:, :1], tf.shape(x)), [FREE]),
        "sequence_mask": (
            lambda x: tf.sequence_mask(tf.cast(x[:, 0], tf.int32), 5, dtype=tf.float32),
            [(2,)],
        ),
    }


def signals(tf):
    """Frames and spectra, and numbers that are written into a tensor."""
    return {
        "frames": (
            lambda x: [
                tf.signal.frame(x, 8, 3),
                tf.signal.frame(x, 8, 3, pad_end=True, pad_value=0.5),
                tf.signal.frame(tf.expand_dims(x, -1), 8, 4, axis=1),
            ],
            [WAVE],
        ),
        "frames_of_open_length": (
            lambda x: [tf.signal.frame(x, 3, 2, axis=1), tf.signal.frame(x, 3, 2, pad_end=True, axis=1)],
            [FREE],
        ),
        "spectra": (
            lambda x: [
                tf.abs(tf.signal.stft(x, 12, 5)),
                tf.abs(tf.signal.stft(x, 7, 5, fft_length=32, pad_end=True)),
                tf.math.angle(tf.signal.stft(x + 3.0, 8, 8))[..., :2],
                tf.math.imag(tf.math.conj(tf.square(tf.signal.stft(x, 8, 8))[:, 1:])),
                tf.math.real(tf.signal.stft(x, 8, 8) * tf.math.conj(tf.signal.stft(x, 8, 8))),
                tf.abs(tf.signal.fft(tf.cast(x, tf.complex64))),
                tf.signal.dct(x),
                tf.signal.dct(x, norm="ortho"),
                tf.signal.mfccs_from_log_mel_spectrograms(x),
            ],
            [WAVE],
        ),
        "scatters": (
            lambda x: [
                tf.tensor_scatter_nd_update(x, [[0, 1], [1, 2]], tf.ones((2, 3)) * 5.0),
                tf.scatter_nd([[4], [0]], x[0, :2], [5, 3]),
            ],
            [LINE],
        ),
        "searchsorted": (
            lambda x: [
                tf.searchsorted(tf.sort(x), x[:, ::-1]),
                tf.searchsorted(tf.sort(x), tf.sort(x), side="right"),
            ],
            [(5,)],
        ),
    }


def images(tf, keras):
    """Images, convolutions and functions of the Keras backend."""
    old, kernel = tf.compat.v1.image, tf.reshape(tf.linspace(-1.0, 1.0, 54), (3, 3, 3, 2)).numpy()
    backend = keras.backend
    return {
        "resize": (
            lambda x: [
                tf.image.resize(x, [9, 4], method)
                for method in (
                    "bilinear",
                    "nearest",
                    "bicubic",
                    "lanczos3",
                    "area",
                    "gaussian",
                    "mitchellcubic",
                )
            ],
            [IMAGE],
        ),
        "resize_of_tensorflow_1": (
            lambda x: [
                old.resize_bilinear(x, [9, 4]),
                old.resize_bilinear(x, [9, 4], align_corners=True),
                old.resize_nearest_neighbor(x, [9, 4]),
                old.resize_nearest_neighbor(x, [9, 4], align_corners=True),
            ],
            [IMAGE],
        ),
        "colours": (
            lambda x: [
                tf.image.rgb_to_grayscale(x),
                tf.image.flip_left_right(x),
                tf.image.per_image_standardization(x),
                tf.image.adjust_contrast(x, 1.5),
            ],
            [IMAGE],
        ),
        "convolution": (
            lambda x: [
                tf.nn.conv2d(x, kernel, 1, "SAME"),
                tf.nn.conv2d(x, kernel, [1, 2, 2, 1], "VALID"),
                tf.nn.depthwise_conv2d(x, kernel, [1, 1, 1, 1], "SAME"),
                tf.nn.bias_add(x, [1.0, 2.0, 3.0]),
            ],
            [IMAGE],
        ),
        "pooling": (
            lambda x: [tf.nn.max_pool2d(x, 2, 2, "VALID"), tf.nn.avg_pool2d(x, 3, 1, "SAME")],
            [IMAGE],
        ),
        "blocks": (lambda x: [tf.nn.depth_to_space(x, 2), tf.nn.space_to_depth(x, 2)], [(4, 6, 8)]),
        "preprocess_input": (keras.applications.resnet50.preprocess_input, [IMAGE]),
        "backend": (
            lambda x: [
                backend.dot(x, backend.ones((3, 2))),
                backend.mean(x, [1, 2]),
                backend.std(x, 1),
                backend.batch_flatten(x),
                backend.softmax(x),
            ],
            [LINE],
        ),
    }


def main(folder):
    """Write every case."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    import numpy as np
    import tensorflow as tf
    import tf_keras as keras

    rng = np.random.default_rng(7)
    for name, (function, sizes) in cases(tf, keras).items():
        keras.backend.clear_session()
        kind = "int32" if name in INTEGER else "float32"
        inputs = [keras.Input(size, dtype=kind, name=f"in{i}") for i, size in enumerate(sizes)]
        model = keras.Model(inputs if len(inputs) > 1 else inputs[0], function(*inputs))
        values = []
        for size in sizes:
            concrete = (2, *(dim or 5 for dim in size))
            drawn = rng.integers(0, 4, concrete) if kind == "int32" else rng.normal(size=concrete)
            values.append((np.abs(drawn) + 0.1 if name in POSITIVE else drawn).astype(kind))
        outputs = tf.nest.flatten(model(values if len(values) > 1 else values[0]))
        model.save(folder / f"{name}.h5")
        record = {f"inputs/{i}": value for i, value in enumerate(values)}
        np.savez(
            folder / f"{name}.npz", **record, **{f"outputs/{i}": t.numpy() for i, t in enumerate(outputs)}
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
