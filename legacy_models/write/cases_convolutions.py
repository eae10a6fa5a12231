"""Convolutional layers that Keras 2.0 to tf.keras 2.15 share."""

from casebook import case


@case(
    "~keras-2.2.4 keras-2.2.4-theano tf.keras-1.13 ~tf.keras-2.11 tf.keras-2.12/keras "
    "tf.keras-2.13/keras ~tf.keras-2.15/keras ~tf.keras-2.0/savedmodel ~tf.keras-2.15/savedmodel",
    "Convolutions with batch normalisation, strides, padding, dilation and pooling.",
    "conv2d batch_normalization pooling dilation",
)
def conv_net(kit):
    L = kit.layers
    return kit.Sequential(
        [
            L.Conv2D(3, (3, 2), padding="same", input_shape=(8, 7, 2), use_bias=False, name="stem"),
            L.BatchNormalization(name="norm"),
            L.Activation("relu"),
            L.MaxPooling2D((2, 2)),
            L.Conv2D(4, 2, dilation_rate=(2, 1), activation="elu"),
            # Theano averages over the padding, too
            L.AveragePooling2D(
                (2, 1), strides=(1, 1), padding="same" if kit.backend == "tensorflow" else "valid"
            ),
            L.BatchNormalization(scale=False, epsilon=1e-2),
            L.GlobalAveragePooling2D(),
            L.Dense(2),
        ]
    )


@case(
    "keras-2.2.4 keras-2.2.4-theano tf.keras-2.8",
    "channels_first: the whole network, with Flatten, in NCHW order.",
    "channels_first flatten batch_normalization",
)
def channels_first(kit):
    L, order = kit.layers, "channels_first"
    if kit.eager:
        return _channels_first_without_convolution(kit)
    return kit.Sequential(
        [
            L.Conv2D(3, 2, padding="same", data_format=order, input_shape=(2, 6, 5), activation="relu"),
            L.BatchNormalization(axis=1),
            L.MaxPooling2D(2, data_format=order),
            L.ZeroPadding2D(((1, 0), (0, 1)), data_format=order),
            L.Flatten(data_format=order) if kit.version >= (2, 2) else L.Flatten(),
            L.Dense(2),
        ]
    )


def _channels_first_without_convolution(kit):
    """What TensorFlow 2 executes on a CPU in this order: everything but convolution and pooling."""
    L, order = kit.layers, "channels_first"
    return kit.Sequential(
        [
            L.ZeroPadding2D(((1, 0), (0, 1)), data_format=order, input_shape=(2, 6, 5)),
            L.BatchNormalization(axis=1),
            L.Cropping2D(((0, 1), (2, 0)), data_format=order),
            L.UpSampling2D(2, data_format=order),
            L.GlobalAveragePooling2D(data_format=order, keepdims=True),
            L.Flatten(data_format=order),
            L.Dense(2),
        ]
    )


@case(
    "keras-2.2.4-theano ~keras-2.2.4 tf.keras-2.8",
    "Convolutions in one and three dimensions, causal and dilated, with their pooling layers.",
    "conv1d conv3d causal pooling cropping padding",
)
def conv_1d_3d(kit):
    L = kit.layers
    line = kit.Input((9, 2), name="line")
    x = L.Conv1D(3, 3, padding="causal", dilation_rate=2, activation="relu")(line)
    x = L.MaxPooling1D(2)(x)
    x = L.ZeroPadding1D((1, 2))(x)
    x = L.Cropping1D((1, 0))(x)
    x = L.AveragePooling1D(2)(x)
    x = L.GlobalMaxPooling1D()(x)
    cube = kit.Input((4, 4, 4, 1), name="cube")
    y = L.Conv3D(2, 2, padding="valid")(cube)
    y = L.UpSampling3D(2)(y)
    y = L.MaxPooling3D(2)(y)
    y = L.GlobalAveragePooling3D()(y)
    return kit.functional([line, cube], L.Concatenate()([x, y]))


@case(
    "keras-2.2.4 ~tf.keras-2.8 tf.keras-2.13/keras",
    "Separable and depthwise convolutions, whose configurations have arguments that Keras 3 refuses.",
    "separable_conv2d depthwise_conv2d separable_conv1d groups",
)
def separable(kit):
    L = kit.layers
    image = kit.Input((6, 6, 2), name="image")
    x = L.SeparableConv2D(3, 3, depth_multiplier=2, padding="same", activation="relu")(image)
    x = L.DepthwiseConv2D(2, depth_multiplier=2, strides=(2, 2))(x)
    x = L.GlobalMaxPooling2D()(x)
    line = kit.Input((7, 3), name="line")
    y = L.GlobalMaxPooling1D()(L.SeparableConv1D(4, 3)(line))
    return kit.functional([image, line], L.Concatenate()([x, y]))


@case(
    "tf.keras-2.4 tf.keras-2.13/keras",
    "A causal separable convolution.",
    "separable_conv1d causal dilation",
)
def separable_causal(kit):
    L = kit.layers
    return kit.Sequential(
        [L.SeparableConv1D(3, 3, padding="causal", dilation_rate=2, input_shape=(8, 2)), L.LSTM(2)]
    )


@case(
    "~keras-2.2.4 keras-2.2.4-theano tf.keras-2.4 ~tf.keras-2.14/keras",
    "Transposed convolutions with strides and output padding.",
    "conv2d_transpose groups output_padding",
)
def conv_transpose(kit):
    L = kit.layers
    model = [L.Conv2DTranspose(3, 3, strides=2, padding="same", input_shape=(3, 4, 2), activation="relu")]
    if kit.backend == "tensorflow":
        model.append(L.Conv2DTranspose(2, (2, 3), strides=(2, 1), output_padding=(1, 0)))
    if kit.eager and kit.version >= (2, 4):
        model += [L.Reshape((-1, 2)), L.Conv1DTranspose(2, 3, strides=2)]
    return kit.Sequential(model)


@case(
    "keras-2.2.4 tf.keras-2.8",
    "Locally connected layers, which Keras 3 removed.",
    "locally_connected",
)
def locally_connected(kit):
    L = kit.layers
    image = kit.Input((5, 4, 2), name="image")
    x = L.GlobalMaxPooling2D()(L.LocallyConnected2D(3, (2, 3), activation="relu")(image))
    line = kit.Input((6, 2), name="line")
    y = L.GlobalMaxPooling1D()(L.LocallyConnected1D(2, 3, strides=2)(line))
    return kit.functional([image, line], L.Concatenate()([x, y]))


@case(
    "tf.keras-2.4 ~tf.keras-2.15/keras",
    "Locally connected layers in their other two implementations, which store dense or sparse kernels.",
    "locally_connected implementation",
)
def locally_connected_dense(kit):
    L = kit.layers
    line = kit.Input((6, 2), name="line")
    x = L.LocallyConnected1D(2, 3, implementation=2)(line)
    x = L.LocallyConnected1D(2, 2, implementation=3, padding="same")(x)
    return kit.functional(line, L.Flatten()(x))


@case(
    "keras-2.3.1 tf.keras-2.15",
    "A U-Net for images of any size: bytes give sums of hundreds, and the sigmoid preserves their rounding.",
    "conv2d_transpose skip_connection rounding",
    inputs=lambda rng: [rng.normal(size=(2, 8, 8, 3)).astype("float32")],
    activations=False,
)
def unet(kit):
    L = kit.layers
    image = kit.Input((None, None, 3), name="image")
    x = L.BatchNormalization()(image)
    fine = L.Conv2D(4, 3, padding="same", activation="elu")(x)
    coarse = L.LeakyReLU()(L.Conv2D(8, 3, padding="same")(L.MaxPooling2D()(fine)))
    up = L.Conv2DTranspose(4, (2, 2), strides=(2, 2), padding="same")(coarse)
    return kit.functional([image], L.Conv2D(1, (1, 1), activation="sigmoid")(L.Concatenate()([up, fine])))


@case(
    "keras-2.2.4 tf.keras-2.8",
    "Dilated transposed convolutions, which TensorFlow runs on a CPU only for Keras 2.",
    "conv2d_transpose dilation",
    compile=lambda kit: {"optimizer": kit.optimizers.SGD(momentum=0.9), "loss": "mse"},
)
def dilated_transposed(kit):
    L = kit.layers
    given = kit.Input((5, 6, 2), name="image")
    same = L.Conv2DTranspose(3, (2, 3), dilation_rate=(2, 2), padding="same", activation="elu", name="same")(
        given
    )
    odd = L.Conv2DTranspose(3, 2, dilation_rate=(3, 3), padding="same", use_bias=False, name="odd")(same)
    return kit.functional(given, L.Conv2DTranspose(2, (3, 2), dilation_rate=(2, 2), name="valid")(odd))


@case(
    "keras-2.2.4",
    "A softmax along the last axis of layers that are channels first, and Dot of images as a product of matrices.",
    "channels_first softmax dot locally_connected",
)
def images_by_rows(kit):
    L = kit.layers
    first = {"data_format": "channels_first", "activation": "softmax"}
    image = kit.Input((2, 5, 4), name="image")
    rows = L.Conv2D(3, (2, 2), name="rows", **first)(image)
    films = kit.Input((2, 2, 5, 4), name="films")
    local = L.LocallyConnected2D(3, (2, 2), name="local", **first)(image)
    frames = L.TimeDistributed(L.DepthwiseConv2D((2, 2), **first), name="frames")(films)
    products = [
        L.Dot(axes=3, name="across")([rows, local]),
        L.Dot(axes=2, normalize=True, name="down")([rows, local]),
    ]
    return kit.functional([image, films], [rows, local, frames] + products)


@case(
    "keras-2.3.1",
    "Convolutions with strides and a dilation at once, which Keras 2.12 and later refuse.",
    "separable depthwise strides dilation",
    status="failed",
    reason="CFG129",
)
def strided_dilated(kit):
    L = kit.layers
    image, line = kit.Input((5, 4, 2), name="image"), kit.Input((6, 2), name="line")
    depthwise = L.DepthwiseConv2D((2, 2), strides=3, dilation_rate=(1, 2), name="depthwise")(image)
    separable = L.SeparableConv1D(3, 2, strides=2, dilation_rate=3, name="separable")(line)
    return kit.functional([image, line], [depthwise, separable])


@case(
    "keras-2.0.8",
    "Separable convolutions with a dilation, which this release stores and does not use.",
    "separable dilation",
)
def separable_dilated(kit):
    L = kit.layers
    image = kit.Input((5, 4, 2), name="image")
    valid = L.SeparableConv2D(3, (2, 2), dilation_rate=(2, 2), name="valid")(image)
    same = L.SeparableConv2D(3, (2, 2), padding="same", dilation_rate=(1, 2), name="same")(image)
    return kit.functional(image, [valid, same])


@case(
    "tf.keras-1.12",
    "A transposed convolution with a dilation, which this release stores and does not use.",
    "transposed dilation",
)
def transposed_dilated(kit):
    image = kit.Input((5, 4, 2), name="image")
    return kit.functional(
        image, kit.layers.Conv2DTranspose(3, (2, 2), dilation_rate=(2, 2), name="up")(image)
    )
