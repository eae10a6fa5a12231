"""TensorFlow functions on Keras tensors, continued: matrices, images, windows, entropies, integers, graph nodes."""

import numpy as np
from casebook import case


@case(
    "tf.keras-2.8 tf.keras-2.14/keras",
    "Diagonals, bands, triangular factors and norms of matrices.",
    "ops linalg band_part diag set_diag cholesky norm",
)
def ops_matrices(kit):
    tf = kit.tf
    x, y = kit.Input((4, 4), name="x"), kit.Input((4,), name="y")
    square = tf.matmul(x, x, transpose_b=True) + 4.0 * tf.eye(4)
    heads = [
        tf.linalg.band_part(x, -1, 0) + tf.linalg.band_part(x, 1, 1) + tf.linalg.diag(y),
        tf.linalg.set_diag(x, y),
        tf.linalg.diag_part(x, k=1),
        tf.linalg.normalize(x, axis=-1)[0] + tf.linalg.cholesky(square),
        tf.norm(x, ord=3, axis=-1),
        tf.gather_nd(x, [[0, 1], [1, 2]]),
    ]
    return kit.functional([x, y], heads)


@case(
    "tf.keras-2.8 tf.keras-2.15/keras",
    "Images cropped, padded, flipped, split into patches and recoloured.",
    "ops image crop pad rot90 extract_patches colours preserve_aspect_ratio",
    inputs=lambda rng: [rng.uniform(0.0, 1.0, size=(2, 6, 8, 3)).astype("float32")],
)
def ops_pixels(kit):
    image = kit.tf.image
    x = kit.Input((6, 8, 3), name="image")
    heads = [
        image.pad_to_bounding_box(image.crop_to_bounding_box(x, 1, 2, 3, 4), 1, 0, 5, 5),
        image.resize_with_crop_or_pad(x, 5, 11),
        image.central_crop(x, 0.5),
        image.rot90(x, k=3),
        image.transpose(image.adjust_gamma(x, 0.5)),
        image.rgb_to_yuv(x) + image.rgb_to_yiq(x),
        image.extract_patches(x, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID"),
        image.resize(x, (12, 12), preserve_aspect_ratio=True),
    ]
    return kit.functional(x, heads)


@case(
    "tf.keras-2.8 tf.keras-2.13/keras",
    "Transposed and dilated convolution as functions, padding given as numbers, pooling by name, space to batch.",
    "ops nn conv2d_transpose atrous_conv2d pool space_to_batch padding_explicit",
)
def ops_windows(kit):
    tf = kit.tf
    draw = np.random.RandomState(5)
    image = kit.Input((6, 8, 2), name="image")
    kernel = tf.constant(draw.normal(size=(3, 3, 2, 2)), tf.float32)
    sizes = tf.stack([tf.shape(image)[0], 11, 16, 2])
    heads = [
        tf.nn.conv2d_transpose(image, kernel, sizes, 2),
        tf.nn.conv2d_transpose(image, kernel, [3, 13, 17, 2], [1, 2, 2, 1], "VALID"),
        tf.nn.atrous_conv2d(image, kernel, rate=2, padding="SAME"),
        tf.nn.conv2d(image, kernel, 1, [[0, 0], [1, 0], [0, 2], [0, 0]]),
        tf.nn.pool(image, [2, 2], "MAX", strides=[2, 2]),
        tf.space_to_batch(image, [2, 2], [[0, 0], [0, 0]]),
    ]
    return kit.functional(image, heads)


@case(
    "tf.keras-2.8 tf.keras-2.12/keras",
    "Cross entropies of tf.nn and of the backend, and functions that are 0 where their first argument is.",
    "ops nn cross_entropy backend_functions silu xdivy",
)
def ops_entropies(kit):
    tf, K = kit.tf, kit.K
    x, y = kit.Input((4, 3), name="x"), kit.Input((4, 3), name="y")
    share = tf.nn.softmax(x)
    heads = [
        tf.nn.softmax_cross_entropy_with_logits(labels=share, logits=y),
        tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.sigmoid(x), logits=y),
        K.categorical_crossentropy(share, tf.nn.softmax(y)),
        K.categorical_crossentropy(share, y, from_logits=True),
        tf.nn.silu(x, beta=2.0) + tf.math.erfc(y) + tf.truncatemod(x, 0.3),
        tf.math.xdivy(tf.nn.relu(x), tf.abs(y) + 0.1) + tf.math.xlog1py(tf.nn.relu(x), tf.abs(y)),
    ]
    return kit.functional([x, y], heads)


@case(
    "tf.keras-2.8",
    "Integers: means, bits, zeros of another type; the first of several extremes, one of which is minus zero.",
    "ops integers reduce_mean bitwise argmax zeros_like",
    inputs=lambda rng: [
        rng.randint(-5, 6, size=(3, 5)).astype("int32"),
        rng.normal(size=(3, 4)).astype("float32"),
    ],
)
def ops_integers(kit):
    tf = kit.tf
    ids, x = kit.Input((5,), dtype="int32", name="ids"), kit.Input((4,), name="x")
    heads = [
        tf.reduce_mean(ids, axis=-1),
        tf.bitwise.bitwise_and(ids, 3) + tf.bitwise.left_shift(ids, 1),
        tf.zeros_like(x, dtype=tf.int32),
        tf.argmin(x * 0.0, axis=-1, output_type=tf.int32),
        tf.math.segment_sum(ids, [0, 0, 1]),
    ]
    return kit.functional([ids, x], heads)


@case(
    "tf.keras-2.2",
    "Graph nodes: infinite bounds, products over one of several axes, sizes times numbers, windows.",
    "graph_nodes ops infinity tensordot resize_images conv2d_transpose",
)
def graph_nodes_more(kit):
    tf, K = kit.tf, kit.K
    draw = np.random.RandomState(5)
    image = kit.Input((4, 5, 2), name="image")
    kernel = K.constant(draw.normal(size=(3, 3, 2, 2)))
    heads = [
        K.sqrt(image) + K.clip(image, 0.0, None),
        K.dot(image, K.constant(draw.normal(size=(2, 3)))),
        K.resize_images(image, 2, 3, "channels_last"),
        tf.nn.conv2d_transpose(image, kernel, [3, 8, 10, 2], [1, 2, 2, 1]),
        tf.linalg.band_part(image[:, :, :, 0], -1, 0),
        tf.image.extract_patches(image, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID"),
    ]
    return kit.functional(image, heads)


@case(
    "tf.keras-2.8",
    "A comparison by ==, of which the file stores only one operand.",
    "ops comparison operand_lost",
    status="failed",
    reason="CFG063",
    notes={"tf.keras-2.8": "The writer cannot read it."},
)
def comparison_lost(kit):
    tf = kit.tf
    x, y = kit.Input((4,), name="x"), kit.Input((4,), name="y")
    return kit.functional([x, y], tf.cast(x == y, tf.float32))


@case(
    "tf.keras-2.8 tf.keras-2.15/keras",
    "Bounds that are tensors, and positions in sorted rows.",
    "ops clip_by_value searchsorted",
)
def ops_searching(kit):
    tf = kit.tf
    x, bound = kit.Input((4,), name="x"), kit.Input((1,), name="bound")
    rows = tf.sort(x, axis=-1)
    heads = [
        tf.clip_by_value(x, -tf.abs(bound), tf.abs(bound)),
        tf.cast(tf.searchsorted(rows, bound), "float32"),
        tf.cast(tf.searchsorted(rows, x * bound, side="right"), "float32"),
    ]
    return kit.functional([x, bound], heads)


@case(
    "tf.keras-2.8",
    "Maps that are resized to the size of the images, which is open.",
    "ops resize dynamic_sizes",
)
def resized_like(kit):
    L, tf = kit.layers, kit.tf
    image = kit.Input((None, None, 2), name="image")
    small = L.Conv2D(3, 3, strides=2, padding="same", activation="tanh")(image)
    shape = tf.shape(image)
    heads = [
        tf.image.resize(small, tf.shape(image)[1:3]),
        tf.image.resize(small, (shape[1], shape[2]), method="nearest"),
    ]
    return kit.functional(image, heads)
