"""Feed-forward layers that Keras 2.0 to tf.keras 2.15 share."""

import numpy as np

from casebook import authored, case


@case(
    "~keras-2.0.8 keras-2.0.5 keras-2.2.4 ~keras-2.2.4/json keras-2.2.4/yaml ~keras-2.3.1 ~tf.keras-1.13 "
    "~tf.keras-1.15 tf.keras-2.0 ~tf.keras-2.8 tf.keras-2.8/json ~tf.keras-2.12/json tf.keras-2.13/keras "
    "~tf.keras-2.13/json ~tf.keras-2.14/keras tf.keras-2.15 ~tf.keras-2.15/json",
    "Sequential of Dense layers with a shape on the first layer; a list configuration before Keras 2.2.3.",
    "sequential dense batch_input_shape l2 max_norm",
)
def mlp(kit):
    L = kit.layers
    return kit.Sequential(
        [
            L.Dense(
                5, activation="relu", input_shape=(4,), kernel_regularizer="l2", kernel_constraint="max_norm"
            ),
            L.Dropout(0.5),
            L.Dense(4, use_bias=False, kernel_initializer="he_normal", bias_initializer="zeros"),
            L.Activation("tanh"),
            L.Dense(3, activation="softmax"),
        ]
    )


@case(
    "keras-2.2.4 ~tf.keras-2.0 tf.keras-2.8",
    "Sequential without an input shape that was built by data: nothing in the file records the shape.",
    "sequential no_input_shape",
    activations=False,
)
def mlp_without_shape(kit):
    model = kit.Sequential([kit.layers.Dense(4, activation="relu"), kit.layers.Dense(2)])
    model.compile("sgd", "mse")
    model.train_on_batch(np.ones((2, 3), "float32"), np.ones((2, 2), "float32"))
    return model


@case(
    "~keras-2.2.4 tf.keras-2.8 ~tf.keras-2.15/keras",
    "Layers that are active only in training; the spatial ones write a key `trainable` that Keras 3 refuses.",
    "spatial_dropout gaussian alpha_dropout activity_regularization",
)
def regularising(kit):
    L = kit.layers
    line = kit.Input((6, 3), name="line")
    x = L.SpatialDropout1D(0.3)(line)
    x = L.GaussianNoise(0.1)(L.GaussianDropout(0.2)(x))
    x = L.AlphaDropout(0.2)(L.Dense(4, activation="selu")(x))
    x = L.ActivityRegularization(l1=1e-3, l2=1e-3)(x)
    x = L.SpatialDropout2D(0.3)(L.Reshape((3, 2, 4))(x))
    x = L.SpatialDropout3D(0.3)(L.Reshape((3, 2, 2, 2))(x))
    return kit.functional(line, L.Flatten()(x))


@case(
    "~keras-2.0.8 keras-2.0.5 keras-2.2.4 ~keras-2.3.1 tf.keras-2.8 ~tf.keras-2.15/keras",
    "Advanced activation layers; Keras 3 has no ThresholdedReLU, and `alpha` was stored as a number or an array.",
    "leaky_relu thresholded_relu prelu elu relu softmax_axis",
)
def activation_layers(kit):
    L = kit.layers
    line = kit.Input((4, 3), name="line")
    heads = [
        L.LeakyReLU(alpha=0.2)(line),
        L.ThresholdedReLU(theta=0.4)(line),
        L.ELU(alpha=0.7)(line),
        L.PReLU(shared_axes=[1])(line),
        L.Softmax(axis=1)(line) if hasattr(L, "Softmax") else L.Activation("softmax")(line),
    ]
    if kit.version >= (2, 2) or not kit.standalone:
        heads.append(L.ReLU(max_value=1.0, negative_slope=0.1, threshold=0.2)(line))
    return kit.functional(line, L.Concatenate()(heads))


@case(
    "keras-2.2.4 ~tf.keras-2.4 tf.keras-2.12",
    "Every activation by name, including hard_sigmoid (a different function in Keras 3), in Dense and Conv layers.",
    "hard_sigmoid activations",
)
def activation_names(kit):
    L = kit.layers
    line = kit.Input((4, 3), name="line")
    names = [
        "hard_sigmoid",
        "softplus",
        "softsign",
        "selu",
        "exponential",
        "elu",
        "tanh",
        "sigmoid",
        "linear",
    ]
    if not kit.standalone and kit.version >= (2, 4):
        names += ["swish", "gelu"]
    x = L.Dense(2, activation="hard_sigmoid")(line)
    heads = [L.Activation(name)(x) for name in names] + [L.Conv1D(2, 1, activation="hard_sigmoid")(line)]
    return kit.functional(line, L.Concatenate()(heads))


@case(
    "keras-2.2.4 tf.keras-1.15 tf.keras-2.0 ~tf.keras-2.12/keras",
    "Bilinear and nearest up-sampling: TensorFlow 1 and TensorFlow 2 align the corners of pixels differently.",
    "upsampling2d bilinear resize",
)
def upsampling(kit):
    L = kit.layers
    image = kit.Input((4, 3, 2), name="image")
    x = L.UpSampling2D((2, 3), interpolation="bilinear")(image)
    y = L.UpSampling2D((2, 3))(image)
    return kit.functional(image, [L.Conv2D(2, 1)(x), y])


@case(
    "keras-2.2.4 tf.keras-2.8 ~tf.keras-2.13/keras",
    "All merging layers, including Dot with normalisation.",
    "merge dot_normalize",
)
def merging(kit):
    L = kit.layers
    left, right = kit.Input((4, 3), name="left"), kit.Input((4, 3), name="right")
    both = [left, right]
    heads = [layer()(both) for layer in (L.Add, L.Multiply, L.Average, L.Maximum)]
    if kit.version >= (2, 1) or not kit.standalone:
        heads.append(L.Subtract()(both))
    if kit.version >= (2, 2) or not kit.standalone:
        heads.append(L.Minimum()(both))
    joined = L.Concatenate(axis=1)(heads)
    cosine = L.Dot(axes=2, normalize=True)(both)
    plain = L.Dot(axes=(1, 1))(both)
    return kit.functional(both, [L.Dense(2)(joined), cosine, plain])


@case(
    "~keras-2.2.4 tf.keras-2.4",
    "Reshape with an open size, Permute, RepeatVector, Flatten and Masking.",
    "reshape permute repeat_vector masking",
)
def reshaping(kit):
    L = kit.layers
    line = kit.Input((6, 4), name="line")
    x = L.Permute((2, 1))(line)
    x = L.Reshape((-1, 3))(x)
    y = L.RepeatVector(4)(L.Flatten()(line))
    return kit.functional(line, [L.Dense(2)(x), L.Dense(2)(y), L.Masking(0.5)(line)])


@case(
    "keras-2.0.5 keras-2.0.8 ~tf.keras-2.11 tf.keras-2.14/keras",
    "Embedding with input_length and a variable sequence length.",
    "embedding input_length",
    inputs=lambda rng: [
        rng.randint(7, size=(3, 6)).astype("float32"),
        rng.randint(7, size=(3, 4)).astype("float32"),
    ],
)
def embedding(kit):
    L = kit.layers
    fixed, free = kit.Input((6,), name="fixed"), kit.Input((None,), name="free")
    x = L.Flatten()(L.Embedding(7, 2, input_length=6, embeddings_regularizer="l1")(fixed))
    y = L.GlobalAveragePooling1D()(L.Embedding(7, 3)(free))
    return kit.functional([fixed, free], [L.Dense(2)(x), y])


@case(
    "keras-2.2.4 ~tf.keras-2.8 tf.keras-2.13/keras",
    "Python code in a Lambda layer, stored as bytecode of one Python version.",
    "lambda bytecode",
)
def lambda_bytecode(kit):
    L = kit.layers
    line = kit.Input((4,), name="line")
    scaled = L.Lambda(authored("lambda x: x / 255.0 - 0.5"), output_shape=(4,))(line)
    return kit.functional(line, L.Dense(2)(scaled))


def halve(x):
    """The function that lambda_named refers to."""
    return x * 0.5


@case(
    "tf.keras-2.8",
    "A Lambda layer of a named function, whose bytecode the file holds.",
    "lambda named_function",
    custom="halve.py",
)
def lambda_named(kit):
    L = kit.layers
    line = kit.Input((4,), name="line")
    return kit.functional(line, L.Dense(2)(L.Lambda(halve, output_shape=(4,), name="halving")(line)))


@case(
    "~keras-2.2.4 ~tf.keras-2.8 tf.keras-2.12/keras",
    "Initialisers, regularisers and constraints of every kind in a configuration.",
    "initializers regularizers constraints",
)
def configuration_zoo(kit):
    L, k = kit.layers, kit.keras
    line = kit.Input((4, 3), name="line")
    inits = [
        k.initializers.VarianceScaling(scale=2.0, mode="fan_out", distribution="uniform", seed=3),
        k.initializers.TruncatedNormal(stddev=0.2),
        k.initializers.Orthogonal(gain=0.5),
        k.initializers.RandomUniform(-0.1, 0.2, seed=1),
        k.initializers.Constant(0.3),
        "lecun_uniform",
        "glorot_normal",
    ]
    rules = [k.regularizers.l1_l2(0.01, 0.02), k.regularizers.l2(0.1), "l1", None, "l1_l2", None, "l2"]
    bounds = [
        k.constraints.MaxNorm(2.0, axis=1),
        k.constraints.NonNeg(),
        k.constraints.UnitNorm(axis=0),
        k.constraints.MinMaxNorm(0.1, 0.9, rate=0.8),
        None,
        "non_neg",
        "unit_norm",
    ]
    heads = [
        L.Dense(2, kernel_initializer=i, kernel_regularizer=r, bias_regularizer=r, kernel_constraint=c)(line)
        for i, r, c in zip(inits, rules, bounds)
    ]
    return kit.functional(line, L.Concatenate()(heads))


@case(
    "tf.keras-1.15 tf.keras-2.8 ~tf.keras-2.13/keras",
    "Grouped convolution, and tf.nn functions as activations, which are stored by TensorFlow's own name.",
    "conv_groups softmax_v2 relu6",
)
def tf_activations(kit):
    L, tf = kit.layers, kit.tf
    image = kit.Input((5, 5, 4), name="image")
    groups = {"groups": 2} if kit.version >= (2, 8) else {}
    x = L.Conv2D(4, 2, activation=tf.nn.relu, **groups)(image)
    x = L.Conv2D(3, 1, activation=tf.nn.softmax)(x)
    x = L.Conv2D(3, 1, activation=tf.nn.leaky_relu if kit.version >= (2, 13) else tf.nn.tanh)(x)
    return kit.functional(image, L.Activation(tf.nn.sigmoid)(x))
