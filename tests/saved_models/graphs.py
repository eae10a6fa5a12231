"""Writes SavedModels of ``tf.Module``s without Keras, whose graphs hold the operations that ``--lift`` covers.

Usage: ``python graphs.py FOLDER``; one SavedModel a class.
"""

import sys

import numpy as np
import tensorflow as tf

random = np.random.default_rng(0)


def variable(*shape):
    """Normal values of float32."""
    return tf.Variable(random.normal(size=shape).astype(np.float32))


class Text(tf.Module):
    """Embedding, a mask by comparison, a mean of what is not padding, softmax."""

    def __init__(self):
        super().__init__()
        self.table, self.kernel, self.bias = variable(20, 6), variable(6, 3), variable(3)

    @tf.function(input_signature=[tf.TensorSpec([None, 5], tf.int32, name="ids")])
    def serve(self, ids):
        """Class probabilities."""
        words = tf.nn.embedding_lookup(self.table, ids)
        mask = tf.cast(tf.not_equal(ids, 0), tf.float32)[:, :, None]
        mean = tf.reduce_sum(words * mask, 1) / tf.maximum(tf.reduce_sum(mask, 1), 1.0)
        return {"probabilities": tf.nn.softmax(mean @ self.kernel + self.bias)}


class Images(tf.Module):
    """Convolutions, pooling, padding, resizing, unfused normalisation."""

    def __init__(self):
        super().__init__()
        self.kernel, self.bias, self.deep, self.last = (
            variable(3, 3, 2, 4),
            variable(4),
            variable(3, 3, 4, 1),
            variable(4, 3),
        )
        self.gamma, self.beta, self.mean = variable(4), variable(4), variable(4)
        self.variance = tf.Variable(np.abs(self.mean.numpy()) + 0.5)

    @tf.function(input_signature=[tf.TensorSpec([None, 8, 8, 2], tf.float32, name="image")])
    def serve(self, image):
        """Scores."""
        y = tf.nn.relu6(tf.nn.bias_add(tf.nn.conv2d(image, self.kernel, 1, "SAME"), self.bias))
        y = tf.nn.batch_normalization(y, self.mean, self.variance, self.beta, self.gamma, 1e-3)
        y = tf.nn.depthwise_conv2d(
            tf.pad(y, [[0, 0], [1, 1], [1, 1], [0, 0]]), self.deep, [1, 1, 1, 1], "VALID"
        )
        y = tf.nn.avg_pool2d(tf.nn.max_pool2d(y, 2, 2, "VALID"), 2, 2, "SAME")
        return {"scores": tf.nn.sigmoid(tf.reduce_mean(tf.image.resize(y, (4, 4)), [1, 2]) @ self.last)}


class Attention(tf.Module):
    """Layer normalisation, einsum, attention, and rearranging of many kinds."""

    def __init__(self):
        super().__init__()
        self.query, self.gamma, self.beta, self.heads = (
            variable(4, 4),
            variable(4),
            variable(4),
            variable(4, 2, 3),
        )

    @tf.function(input_signature=[tf.TensorSpec([None, 6, 4], tf.float32, name="x")])
    def serve(self, x):
        """Several outputs of several dtypes."""
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        n = (x - mean) * tf.math.rsqrt(variance + 1e-5) * self.gamma + self.beta
        weights = tf.nn.softmax(tf.matmul(tf.einsum("bij,jk->bik", n, self.query), n, transpose_b=True) / 2.0)
        h = tf.einsum("bij,jhd->bihd", tf.matmul(weights, n), self.heads)
        h = tf.transpose(tf.reshape(h, [tf.shape(x)[0], 6, 6]), [0, 2, 1])
        z = tf.concat([h, tf.where(h > 0, h, 0.1 * h)], -1)[:, 1:, ::2]
        first, second = tf.split(z, 2, axis=-1)
        extremes = tf.stack([tf.reduce_max(second, 1), tf.reduce_min(second, 1)], 1)
        return {
            "rows": tf.squeeze(tf.gather(first, [0, 2], axis=1)[:, :1], 1),
            "extremes": tf.clip_by_value(extremes, -1.0, 1.0),
            "best": tf.cast(tf.argmax(z, -1), tf.int32),
            "length": tf.norm(z, axis=-1),
            "gelu": tf.nn.gelu(h),
        }


class Sequences(tf.Module):
    """A product over sequences of any length."""

    def __init__(self):
        super().__init__()
        self.kernel, self.bias = variable(4, 5), variable(5)

    @tf.function(input_signature=[tf.TensorSpec([None, None, 4], tf.float32, name="x")])
    def serve(self, x):
        """One row for each step."""
        return {"y": tf.nn.elu(tf.tensordot(x, self.kernel, 1) + self.bias)}


class Activations(tf.Module):
    """Each activation by itself."""

    @tf.function(input_signature=[tf.TensorSpec([None, 5], tf.float32, name="x")])
    def serve(self, x):
        """One output an operation."""
        kinds = (
            "relu",
            "relu6",
            "elu",
            "selu",
            "sigmoid",
            "tanh",
            "softplus",
            "softsign",
            "swish",
            "softmax",
        )
        kinds += ("log_softmax", "leaky_relu", "crelu", "gelu")
        outputs = {kind: getattr(tf.nn, kind)(x) for kind in kinds}
        return outputs | {"gelu_tanh": tf.nn.gelu(x, approximate=True), "hard": tf.nn.relu6(x + 3.0) / 6.0}


class Arithmetic(tf.Module):
    """Arithmetic of two tensors and of one, with constants on either side."""

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, 4], tf.float32, name="a"),
            tf.TensorSpec([None, 4], tf.float32, name="b"),
        ]
    )
    def serve(self, a, b):
        """One output an operation."""
        positive = tf.abs(a) + 0.5
        outputs = {
            "add": a + b,
            "sub": a - b,
            "mul": a * b,
            "div": a / positive,
            "floordiv": a // positive,
            "mod": tf.math.floormod(a, positive),
            "pow": tf.pow(positive, b),
            "maximum": tf.maximum(a, b),
            "minimum": tf.minimum(a, b),
            "difference": tf.math.squared_difference(a, b),
            "add_n": tf.add_n([a, b, a]),
            "no_nan": tf.math.divide_no_nan(a, b),
            "left": 1.0 - a,
            "clip": tf.clip_by_value(a, -0.5, 0.5),
            "atan2": tf.math.atan2(a, positive),
        }
        for name in (
            "abs",
            "square",
            "exp",
            "sign",
            "floor",
            "sin",
            "cos",
            "negative",
            "erf",
            "expm1",
            "round",
        ):
            outputs[name] = getattr(tf.math, name)(a)
        for name in ("sqrt", "rsqrt", "log", "log1p", "reciprocal"):
            outputs[name] = getattr(tf.math, name)(positive)
        return outputs


class Comparison(tf.Module):
    """Comparison, logic, choice and casts."""

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, 4], tf.float32, name="a"),
            tf.TensorSpec([None, 4], tf.int32, name="n"),
        ]
    )
    def serve(self, a, n):
        """One output an operation."""
        return {
            "greater": a > 0.1,
            "greater_equal": n >= 2,
            "less": a < tf.cast(n, tf.float32),
            "less_equal": n <= 1,
            "equal": tf.equal(n, 2),
            "not_equal": tf.not_equal(n, 0),
            "both": tf.logical_and(a > 0.0, n > 1),
            "either": tf.logical_or(a > 0.0, n > 1),
            "neither": tf.logical_not(a > 0.0),
            "where": tf.where(n > 1, a, -a),
            "where_constant": tf.where(a > 0.0, 1.0, 0.0),
            "cast": tf.cast(a > 0.0, tf.int32),
            "cast_wide": tf.cast(n, tf.int64),
            "any": tf.reduce_any(a > 1.0, -1),
            "all": tf.reduce_all(a > -1.0, -1),
        }


class Reductions(tf.Module):
    """Reductions over one axis, several, and all but the batch."""

    @tf.function(input_signature=[tf.TensorSpec([None, 3, 4], tf.float32, name="x")])
    def serve(self, x):
        """One output an operation."""
        outputs = {}
        for name in ("sum", "mean", "max", "min", "prod", "logsumexp", "std", "variance"):
            reduce = getattr(tf.math, f"reduce_{name}")
            outputs[name] = reduce(x, axis=-1)
            outputs[f"{name}_kept"] = reduce(x, axis=[1, 2], keepdims=True)
        outputs["norm"] = tf.norm(x, axis=-1)
        outputs["normalized"] = tf.math.l2_normalize(x, axis=-1)
        outputs["argmax"], outputs["argmin"] = tf.argmax(x, -1), tf.argmin(x, 1)
        outputs["cumsum"] = tf.cumsum(x, axis=1)
        return outputs


class Shaping(tf.Module):
    """Reshape, transpose, joining, cutting, padding."""

    @tf.function(input_signature=[tf.TensorSpec([None, 6, 4], tf.float32, name="x")])
    def serve(self, x):
        """One output an operation."""
        first, second = tf.split(x, 2, axis=1)
        sizes = tf.split(x, [1, 2, 3], axis=1)
        return {
            "reshape": tf.reshape(x, [-1, 24]),
            "reshape_by_shape": tf.reshape(x, [tf.shape(x)[0], 12, 2]),
            "transpose": tf.transpose(x, [0, 2, 1]),
            "concat": tf.concat([x, -x], axis=2),
            "split": first - second,
            "split_sizes": sizes[2],
            "stack": tf.stack([x, 2.0 * x], axis=1),
            "unstack": tf.unstack(x, axis=1)[3],
            "slice": tf.slice(x, [0, 1, 0], [-1, 3, 2]),
            "strided": x[:, ::2, 1:3],
            "strided_back": x[:, ::-1, -1],
            "new_axis": x[:, tf.newaxis, 0],
            "expand": tf.expand_dims(x, 2),
            "squeeze": tf.squeeze(x[:, :1], 1),
            "pad": tf.pad(x, [[0, 0], [1, 2], [0, 1]]),
            "pad_value": tf.pad(x, [[0, 0], [1, 0], [0, 0]], constant_values=3.0),
            "pad_reflect": tf.pad(x, [[0, 0], [2, 1], [0, 0]], mode="REFLECT"),
            "pad_symmetric": tf.pad(x, [[0, 0], [2, 1], [0, 0]], mode="SYMMETRIC"),
            "tile": tf.tile(x, [1, 2, 1]),
            "reverse": tf.reverse(x, axis=[1]),
            "zeros": tf.zeros_like(x) + x[:, :1],
        }


class Gathering(tf.Module):
    """Rows of tables by ids, and elements by constants."""

    def __init__(self):
        super().__init__()
        self.table, self.other = variable(9, 3), variable(9, 2)

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, 5], tf.int32, name="ids"),
            tf.TensorSpec([None, 4], tf.float32, name="x"),
        ]
    )
    def serve(self, ids, x):
        """One output an operation."""
        return {
            "embedding": tf.nn.embedding_lookup(self.table, ids),
            "gather": tf.gather(self.other, ids[:, 0]),
            "columns": tf.gather(x, [3, 0], axis=1),
            "one_hot": tf.one_hot(ids, 9),
            "one_hot_values": tf.one_hot(ids, 9, on_value=2.0, off_value=-1.0),
            "mean": tf.reduce_mean(tf.nn.embedding_lookup(self.table, ids), axis=1),
        }


class Products(tf.Module):
    """Matrix products of every kind, with and without bias."""

    def __init__(self):
        super().__init__()
        self.kernel, self.bias, self.square, self.heads = (
            variable(4, 3),
            variable(3),
            variable(4, 4),
            variable(4, 2, 3),
        )

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, 4], tf.float32, name="x"),
            tf.TensorSpec([None, 6, 4], tf.float32, name="s"),
        ]
    )
    def serve(self, x, s):
        """One output an operation."""
        return {
            "matmul": tf.matmul(x, self.kernel),
            "bias": tf.nn.bias_add(tf.matmul(x, self.kernel), self.bias),
            "added": tf.matmul(x, self.square) + 1.5,
            "transposed": tf.matmul(x, self.square, transpose_b=True),
            "batched": tf.matmul(s, s, transpose_b=True),
            "by_kernel": tf.matmul(s, self.kernel),
            "tensordot": tf.tensordot(s, self.kernel, 1) + self.bias,
            "einsum": tf.einsum("bij,jk->bik", s, self.square),
            "einsum_heads": tf.einsum("bij,jhd->bihd", s, self.heads),
            "einsum_two": tf.einsum("bij,bkj->bik", s, s),
        }


class Convolutions(tf.Module):
    """Convolutions with their strides, dilations and paddings."""

    def __init__(self):
        super().__init__()
        self.kernel, self.bias, self.deep, self.line = (
            variable(3, 3, 2, 4),
            variable(4),
            variable(2, 2, 2, 3),
            variable(3, 2, 4),
        )
        self.up, self.point = variable(3, 3, 4, 2), variable(1, 1, 6, 2)

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, 8, 8, 2], tf.float32, name="image"),
            tf.TensorSpec([None, 9, 2], tf.float32, name="line"),
        ]
    )
    def serve(self, image, line):
        """One output an operation."""
        deep = tf.nn.depthwise_conv2d(image, self.deep, [1, 1, 1, 1], "SAME")
        return {
            "same": tf.nn.conv2d(image, self.kernel, 2, "SAME"),
            "valid": tf.nn.bias_add(tf.nn.conv2d(image, self.kernel, 1, "VALID"), self.bias),
            "dilated": tf.nn.conv2d(image, self.kernel, 1, "VALID", dilations=2),
            "explicit": tf.nn.conv2d(image, self.kernel, 1, [[0, 0], [1, 0], [0, 1], [0, 0]]),
            "depthwise": deep,
            "depthwise_strided": tf.nn.depthwise_conv2d(image, self.deep, [1, 2, 2, 1], "VALID"),
            "separable": tf.nn.conv2d(deep, self.point, 1, "VALID"),
            "conv1d": tf.nn.conv1d(line, self.line, 1, "SAME"),
            "transposed": tf.nn.conv2d_transpose(image, self.up, [tf.shape(image)[0], 16, 16, 4], 2, "SAME"),
        }


class Volumes(tf.Module):
    """Convolution and pooling over three axes."""

    def __init__(self):
        super().__init__()
        self.kernel, self.bias = variable(2, 2, 2, 1, 3), variable(3)

    @tf.function(input_signature=[tf.TensorSpec([None, 4, 6, 6, 1], tf.float32, name="volume")])
    def serve(self, volume):
        """One output an operation."""
        return {
            "conv": tf.nn.bias_add(tf.nn.conv3d(volume, self.kernel, [1, 1, 1, 1, 1], "SAME"), self.bias),
            "max": tf.nn.max_pool3d(volume, 2, 2, "VALID"),
            "average": tf.nn.avg_pool3d(volume, 2, 2, "SAME"),
        }


class Pooling(tf.Module):
    """Pooling and resizing."""

    @tf.function(input_signature=[tf.TensorSpec([None, 8, 8, 2], tf.float32, name="image")])
    def serve(self, image):
        """One output an operation."""
        return {
            "max": tf.nn.max_pool2d(image, 2, 2, "VALID"),
            "max_same": tf.nn.max_pool2d(image, 3, 2, "SAME"),
            "average": tf.nn.avg_pool2d(image, 2, 2, "VALID"),
            "average_same": tf.nn.avg_pool2d(image, 3, 2, "SAME"),
            "global": tf.reduce_mean(image, [1, 2]),
            "bilinear": tf.image.resize(image, [5, 12]),
            "nearest": tf.image.resize(image, [16, 4], method="nearest"),
        }


class Normalisation(tf.Module):
    """Batch normalisation fused and folded, layer normalisation, standardisation."""

    def __init__(self):
        super().__init__()
        self.gamma, self.beta, self.mean = variable(4), variable(4), variable(4)
        self.variance = tf.Variable(np.abs(self.mean.numpy()) + 0.5)

    @tf.function(input_signature=[tf.TensorSpec([None, 6, 6, 4], tf.float32, name="image")])
    def serve(self, image):
        """One output an operation."""
        fused = tf.compat.v1.nn.fused_batch_norm(
            image, self.gamma, self.beta, self.mean, self.variance, epsilon=1e-3, is_training=False
        )
        folded = tf.nn.batch_normalization(image, self.mean, self.variance, self.beta, self.gamma, 1e-3)
        plain = tf.nn.batch_normalization(image, self.mean, self.variance, None, None, 1e-3)
        mean, variance = tf.nn.moments(image, [-1], keepdims=True)
        layer = (image - mean) * tf.math.rsqrt(variance + 1e-5) * self.gamma + self.beta
        standard = (image - self.mean) / tf.sqrt(self.variance)
        return {"fused": fused[0], "folded": folded, "plain": plain, "layer": layer, "standard": standard}


class Positions(tf.Module):
    """Learned positions cut to the length of the input, the last step by its number, steps backwards."""

    def __init__(self):
        super().__init__()
        self.table = variable(16, 4)

    @tf.function(input_signature=[tf.TensorSpec([None, None, 4], tf.float32, name="x")])
    def serve(self, x):
        """Slices whose ends are sizes."""
        length = tf.shape(x)[1]
        return {
            "placed": x + self.table[:length],
            "later": x[:, 2:] + self.table[2:length],
            "last": x[:, length - 1],
            "backwards": x[:, ::-1, 3:0:-2],
        }


class Counts(tf.Module):
    """What feature columns are made of: buckets, counts, rows chosen by a vector, sums by segment."""

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, 5], tf.float32, name="x"),
            tf.TensorSpec([None, 5], tf.int32, name="ids"),
        ]
    )
    def serve(self, x, ids):
        """Counts of several kinds."""
        near = tf.math.floormod(ids, 6)
        return {
            "buckets": tf.raw_ops.Bucketize(input=x, boundaries=[-1.0, 0.0, 0.5]),
            "counts": tf.math.bincount(near, minlength=6, maxlength=6, axis=-1, dtype=tf.float32),
            "present": tf.math.bincount(
                near, minlength=6, maxlength=6, axis=-1, dtype=tf.float32, binary_output=True
            ),
            "rows": tf.compat.v1.where(tf.reduce_sum(x, 1) > 0, x, -x),
            "places": tf.searchsorted([-1.0, 0.0, 0.5, 2.0], x[0, :3]),
            "written": tf.transpose(
                tf.tensor_scatter_nd_update(tf.transpose(x), [[1], [3]], tf.transpose(x[:, :2]))
            ),
            "segments": tf.transpose(tf.math.unsorted_segment_sum(tf.transpose(x), [0, 1, 0, 2, 1], 3)),
            "gray": tf.image.rgb_to_grayscale(x[:, None, None, :3])[:, 0, 0],
        }


class Sound(tf.Module):
    """Magnitudes of a spectrum, quantisation as it was trained, a bicubic resize, a linear system."""

    @tf.function(input_signature=[tf.TensorSpec([None, 16], tf.float32, name="wave")])
    def serve(self, wave):
        """Signals in and out."""
        system = tf.constant(np.eye(16, dtype=np.float32) * 2.0 + 0.1)
        return {
            "spectrum": tf.abs(tf.signal.rfft(wave)),
            "longer": tf.abs(tf.signal.rfft(wave, [32])),
            "frames": tf.abs(tf.signal.stft(wave, 8, 4)),
            "power": tf.math.real(tf.signal.rfft(wave) * tf.math.conj(tf.signal.rfft(wave))),
            "again": tf.signal.irfft(tf.signal.rfft(wave) + tf.complex(wave[:, :9], wave[:, 7:])),
            "quantised": tf.quantization.fake_quant_with_min_max_args(wave, -1.5, 2.0),
            "few_bits": tf.quantization.fake_quant_with_min_max_vars(wave, -1.0, 1.1, 4, True),
            "resized": tf.image.resize(tf.reshape(wave, [-1, 4, 4, 1]), [6, 6], "bicubic"),
            "solved": tf.transpose(tf.linalg.solve(system, tf.transpose(wave))),
        }


GROUPS = (
    Text,
    Images,
    Attention,
    Sequences,
    Activations,
    Arithmetic,
    Comparison,
    Reductions,
    Shaping,
    Gathering,
    Products,
    Convolutions,
    Volumes,
    Pooling,
    Normalisation,
    Positions,
    Counts,
    Sound,
)

if __name__ == "__main__":
    for cls in GROUPS:
        module = cls()
        signatures = {"serving_default": module.serve}
        tf.saved_model.save(module, f"{sys.argv[1]}/{cls.__name__}", signatures=signatures)
