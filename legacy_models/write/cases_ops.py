"""TensorFlow functions called on Keras tensors: TensorFlowOpLayer (2.0 to 2.3), TFOpLambda, SlicingOpLambda."""

import numpy as np

from casebook import case


@case(
    "tf.keras-2.0 tf.keras-2.2 ~tf.keras-2.4 ~tf.keras-2.8 tf.keras-2.12/keras ~tf.keras-2.15/keras",
    "Arithmetic by operators and functions, with numbers on either side.",
    "ops arithmetic constants",
)
def ops_arithmetic(kit):
    tf, L = kit.tf, kit.layers
    x, y = kit.Input((4,), name="x"), kit.Input((4,), name="y")
    z = (x * 2.0 + 1.0) / 3.0 - y
    z = 1.5 - z * y
    z = -z + x**2 - 0.5 / (tf.abs(y) + 1.0)
    return kit.functional([x, y], L.Dense(2)(z))


@case(
    "tf.keras-2.2 tf.keras-2.4 ~tf.keras-2.8 ~tf.keras-2.14/keras ~tf.keras-2.15",
    "concat, stack, reductions, reshape, transpose, expand_dims, squeeze, tile.",
    "ops concat stack reduce reshape transpose expand_dims squeeze tile",
)
def ops_shaping(kit):
    tf, L = kit.tf, kit.layers
    x, y = kit.Input((4, 3), name="x"), kit.Input((4, 3), name="y")
    z = tf.concat([x, y, x], axis=-1)
    mean = tf.reduce_mean(z, axis=1, keepdims=True)
    peak = tf.reduce_max(z, axis=[1])
    total = tf.reduce_sum(tf.transpose(z, [0, 2, 1]), axis=-1)
    flat = tf.reshape(x, [-1, 12])
    tiled = tf.tile(tf.expand_dims(peak, 1), [1, 2, 1])
    stacked = tf.reduce_mean(tf.stack([x, y], axis=1), axis=[1, 2])
    joined = tf.concat([tf.squeeze(mean, axis=1), total, flat, tf.reduce_prod(tiled, 1), stacked], 1)
    return kit.functional([x, y], L.Dense(2)(joined))


@case(
    "tf.keras-2.2 ~tf.keras-2.4 tf.keras-2.8 ~tf.keras-2.13/keras tf.keras-2.15/keras",
    "Slices: ranges, steps, single positions, new axes, an ellipsis before 2.12.",
    "ops slicing strided_slice",
)
def ops_slicing(kit):
    tf, L = kit.tf, kit.layers
    x = kit.Input((6, 4), name="x")
    last = x[:, -1]
    some = x[:, 1:4, ::2]
    wide = x[:, 2, tf.newaxis]
    tail = x[..., :3] if kit.version < (2, 12) else x[:, :, :3]  # archives cannot hold an ellipsis
    joined = tf.concat([last, tf.reshape(some, [-1, 6]), wide[:, 0], tail[:, 0], x[:, ::-1][:, 0]], axis=1)
    return kit.functional(x, L.Dense(3)(joined))


@case(
    "tf.keras-2.4 ~tf.keras-2.8 tf.keras-2.12/keras",
    "Constants that are arrays: in arithmetic, in a list, as a keyword argument.",
    "ops constants constant_value",
)
def ops_constants(kit):
    tf, L = kit.tf, kit.layers
    x = kit.Input((3,), name="x")
    scale = tf.constant([1.0, -2.0, 0.5])
    y = x * scale + np.array([0.1, 0.2, 0.3], "float32")
    y = tf.concat([y, tf.maximum(x, scale)], axis=1)
    y = tf.matmul(y, tf.constant(np.arange(12.0).reshape(6, 2) / 10.0, tf.float32))
    return kit.functional(x, L.Dense(2)(tf.subtract(x=1.0, y=y)))


@case(
    "tf.keras-2.2 tf.keras-2.4 ~tf.keras-2.8 ~tf.keras-2.13/keras",
    "matmul with transposition, einsum, tensordot and normalisation of vectors: attention written out.",
    "ops matmul einsum tensordot softmax",
)
def ops_products(kit):
    tf, L = kit.tf, kit.layers
    x = kit.Input((5, 4), name="x")
    q, k = L.Dense(4, name="q")(x), L.Dense(4, name="k")(x)
    scores = tf.matmul(q, k, transpose_b=True) / tf.sqrt(4.0)
    mixed = tf.matmul(tf.nn.softmax(scores, axis=-1), x)
    # the configuration that TensorFlow 2.4 writes for einsum lacks its operands
    y = scores @ x if (2, 4) <= kit.version < (2, 8) else tf.einsum("bij,bjk->bik", scores, x)
    z = tf.math.l2_normalize(mixed, axis=-1)
    return kit.functional(x, [L.Dense(2)(y + z), scores @ x])


@case(
    "~tf.keras-2.4 tf.keras-2.8 ~tf.keras-2.14/keras ~tf.keras-2.15",
    "cast, where, comparisons, logic, argmax, one_hot, clip.",
    "ops cast where comparison argmax one_hot clip",
)
def ops_choices(kit):
    tf, L = kit.tf, kit.layers
    x, y = kit.Input((4,), name="x"), kit.Input((4,), name="y")
    above = x > 0.2
    both = tf.logical_and(above, tf.less_equal(y, 0.5))
    z = tf.where(both, x, tf.zeros_like(y) - 1.0)
    z = z + tf.cast(tf.logical_not(above), tf.float32) * 0.25
    place = tf.one_hot(tf.argmax(x, axis=-1), 4)
    z = tf.clip_by_value(z, -0.5, 0.9) + place + tf.cast(tf.equal(x, y), "float32")
    return kit.functional([x, y], [L.Dense(2)(z), tf.minimum(tf.maximum(z, 0.0), y)])


@case(
    "~tf.keras-2.2 ~tf.keras-2.4 tf.keras-2.8 ~tf.keras-2.15/keras",
    "Activations and other functions of tf.nn and tf.math.",
    "ops nn relu softmax gelu math",
)
def ops_functions(kit):
    tf, L = kit.tf, kit.layers
    x = kit.Input((4,), name="x")
    y = L.Dense(4)(x)
    y = tf.nn.relu(y) + tf.nn.sigmoid(x) + tf.nn.leaky_relu(y, alpha=0.1) + tf.tanh(y)
    y = y + tf.nn.softmax(y) + tf.nn.elu(x) + tf.nn.relu6(y) + tf.nn.softplus(x)
    if kit.version >= (2, 4):
        y = y + tf.nn.gelu(x, approximate=True) + tf.nn.silu(x)
    y = y + tf.exp(-tf.square(x)) + tf.math.log(tf.abs(x) + 1.0) + tf.sin(x) + tf.floor(x) + tf.sign(x)
    return kit.functional(x, L.Dense(2)(y + tf.math.rsqrt(tf.abs(y) + 0.5) + tf.pow(tf.abs(x), 1.5)))


@case(
    "~tf.keras-2.4 tf.keras-2.8 tf.keras-2.13/keras",
    "The shape of a tensor at run time, used to reshape and to make zeros.",
    "ops shape dynamic_reshape zeros broadcast",
)
def ops_shapes(kit):
    tf, L = kit.tf, kit.layers
    x = kit.Input((None, 4), name="x")
    size = tf.shape(x)
    y = tf.reshape(x, [size[0], -1, 2])
    y = L.Dense(3)(y)
    y = tf.reshape(y, tf.stack([size[0], size[1], 6]))
    zeros = tf.zeros([size[0], size[1], 1]) + 0.5
    return kit.functional(x, tf.concat([y, zeros], axis=-1))


@case(
    "tf.keras-2.2 ~tf.keras-2.4 tf.keras-2.8 ~tf.keras-2.12/keras",
    "tf.image.resize with several methods, pad and depth-wise statistics of an image.",
    "ops resize pad image",
)
def ops_image(kit):
    tf, L = kit.tf, kit.layers
    image = kit.Input((4, 5, 2), name="image")
    x = tf.image.resize(image, [6, 8])
    y = tf.image.resize(image, (3, 3), method="nearest")
    x = tf.pad(x, [[0, 0], [1, 1], [0, 2], [0, 0]])
    x = L.Conv2D(2, 2)(x)
    return kit.functional(image, [x, L.Flatten()(y), tf.reduce_mean(image, axis=[1, 2])])


@case(
    "~tf.keras-2.4 tf.keras-2.8 ~tf.keras-2.15/keras",
    "Functions that return several tensors, gather, cumsum, and layers whose inputs are function results.",
    "ops split unstack gather cumsum",
)
def ops_several(kit):
    tf, L = kit.tf, kit.layers
    x = kit.Input((4, 6), name="x")
    one, two, three = tf.split(x, 3, axis=-1)
    rows = tf.unstack(one, axis=1)
    y = L.Add()([two, three, tf.cumsum(one, axis=1)])
    z = tf.gather(x, [2, 0], axis=1)
    joined = L.Concatenate()(
        [L.Flatten()(y), L.Flatten()(z), rows[0], tf.norm(rows[1], axis=1, keepdims=True)]
    )
    return kit.functional(x, L.Dense(2)(joined))


@case(
    "tf.keras-2.4 ~tf.keras-2.8 ~tf.keras-2.14/keras",
    "Functions of keras.backend called on Keras tensors.",
    "ops backend_functions",
)
def ops_backend(kit):
    K, L = kit.K, kit.layers
    x, y = kit.Input((4, 3), name="x"), kit.Input((4, 3), name="y")
    distance = K.sqrt(K.maximum(K.sum(K.square(x - y), axis=-1, keepdims=True), K.epsilon()))
    normal = K.l2_normalize(x, axis=-1)
    joined = K.concatenate([distance, normal, K.abs(y), K.clip(y, 0.0, 1.0)], axis=-1)
    pooled = K.mean(joined, axis=1)
    return kit.functional([x, y], [L.Dense(2)(pooled), K.batch_dot(x, y, axes=2), K.softmax(x)])


@case(
    "tf.keras-2.8 ~tf.keras-2.13/keras",
    "Convolution and pooling called as functions on constant weights, and a layer shared around them.",
    "ops nn conv2d pool",
)
def ops_conv(kit):
    tf, L = kit.tf, kit.layers
    image = kit.Input((6, 6, 2), name="image")
    kernel = tf.constant(np.linspace(-1.0, 1.0, 36).reshape(3, 3, 2, 2), tf.float32)
    x = tf.nn.conv2d(image, kernel, strides=1, padding="SAME")
    x = tf.nn.bias_add(x, tf.constant([0.1, -0.2]))
    x = tf.nn.max_pool2d(x, ksize=2, strides=2, padding="VALID")
    x = tf.nn.avg_pool2d(x, 2, 1, "SAME")
    return kit.functional(image, L.Conv2D(2, 2)(x))
