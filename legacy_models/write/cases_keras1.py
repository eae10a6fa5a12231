"""Keras 1.2.2: its layer names, arguments and weight layouts, on TensorFlow and on Theano."""

from casebook import case

BOTH = "keras-1.2.2 keras-1.2.2-theano"
ONE = "keras-1.2.2"
MORE = "keras-1.2.2 ~keras-1.2.2-theano"


def masked_ids(rng):
    """Ids that end in zeros."""
    ids = rng.randint(1, 7, size=(3, 5)).astype("float32")
    ids[0, 3:] = 0
    ids[2, 1:] = 0
    return [ids]


@case(
    "keras-1.2.2 keras-1.2.2/json keras-1.2.2/yaml ~keras-1.2.2-theano",
    "Dense with Keras 1 arguments (output_dim, init, W_regularizer, W_constraint) in a list-style Sequential.",
    "keras1 dense sequential regularizers constraints dropout",
)
def mlp(kit):
    L = kit.layers
    return kit.Sequential(
        [
            L.Dense(
                5,
                activation="relu",
                input_dim=4,
                init="he_uniform",
                W_regularizer="l2",
                W_constraint="maxnorm",
            ),
            L.Dropout(0.4),
            L.Dense(4, bias=False, b_regularizer=None, activity_regularizer="activity_l1"),
            L.Activation("hard_sigmoid"),
            L.Dense(3),
            L.Activation("softmax"),
        ]
    )


@case(
    BOTH,
    "Convolutions in TensorFlow's order of dimensions, with pooling, padding, cropping and up-sampling.",
    "keras1 convolution2d tf_ordering pooling padding cropping upsampling",
)
def conv_tf(kit):
    L, order = kit.layers, "tf"
    return kit.Sequential(
        [
            L.Convolution2D(
                3, 3, 2, border_mode="same", dim_ordering=order, input_shape=(8, 7, 2), activation="relu"
            ),
            L.MaxPooling2D((2, 2), dim_ordering=order),
            L.ZeroPadding2D((1, 2), dim_ordering=order),
            L.Convolution2D(4, 2, 2, subsample=(2, 1), bias=False, dim_ordering=order),
            L.UpSampling2D((1, 2), dim_ordering=order),
            L.Cropping2D(((1, 0), (0, 1)), dim_ordering=order),
            L.AveragePooling2D((2, 1), strides=(1, 1), dim_ordering=order),
            L.Flatten(),
            L.Dense(2),
        ]
    )


@case(
    BOTH,
    "Convolutions in Theano's order of dimensions: kernels are stored (filters, channels, rows, columns), "
    "and Theano flips them when it convolves.",
    "keras1 convolution2d th_ordering kernel_flip flatten",
)
def conv_th(kit):
    L, order = kit.layers, "th"
    return kit.Sequential(
        [
            L.Convolution2D(
                3, 3, 2, border_mode="valid", dim_ordering=order, input_shape=(2, 8, 7), activation="tanh"
            ),
            L.BatchNormalization(axis=1),
            L.MaxPooling2D((2, 2), dim_ordering=order),
            L.Convolution2D(4, 2, 2, dim_ordering=order),
            L.Flatten(),
            L.Dense(2),
        ]
    )


@case(
    BOTH,
    "Convolutions and pooling in one dimension.",
    "keras1 convolution1d pooling kernel_flip",
)
def conv_1d(kit):
    L = kit.layers
    return kit.Sequential(
        [
            L.Convolution1D(4, 3, border_mode="same", input_shape=(10, 2), activation="relu"),
            L.MaxPooling1D(2),
            L.ZeroPadding1D(1),
            L.Convolution1D(3, 2, subsample_length=2),
            L.UpSampling1D(2),
            L.Cropping1D((1, 0)),
            L.AveragePooling1D(2),
            L.GlobalMaxPooling1D(),
        ]
    )


@case(
    ONE,
    "Convolution and pooling in three dimensions.",
    "keras1 convolution3d tf_ordering",
)
def conv_3d(kit):
    L, order = kit.layers, "tf"
    return kit.Sequential(
        [
            L.Convolution3D(2, 2, 2, 2, dim_ordering=order, input_shape=(4, 4, 4, 1)),
            L.MaxPooling3D((1, 1, 2), dim_ordering=order),
            L.GlobalAveragePooling3D(dim_ordering=order),
        ]
    )


@case(
    ONE,
    "Dilated ('atrous') and separable convolutions.",
    "keras1 atrous_convolution2d atrous_convolution1d separable_convolution2d",
)
def conv_atrous_separable(kit):
    L, order = kit.layers, "tf"
    image = kit.Input(shape=(7, 7, 2), name="image")
    x = L.AtrousConvolution2D(3, 2, 2, atrous_rate=(2, 2), dim_ordering=order)(image)
    x = L.SeparableConvolution2D(2, 3, 3, depth_multiplier=2, border_mode="same", dim_ordering=order)(x)
    x = L.GlobalAveragePooling2D(dim_ordering=order)(x)
    line = kit.Input(shape=(8, 2), name="line")
    y = L.GlobalAveragePooling1D()(L.AtrousConvolution1D(3, 2, atrous_rate=2)(line))
    return kit.functional([image, line], [x, y])


@case(
    ONE,
    "Transposed convolution with its output shape written out.",
    "keras1 deconvolution2d tf_ordering",
    inputs=lambda rng: [rng.normal(size=(2, 3, 4, 2)).astype("float32")],
)
def deconv(kit):
    L, order = kit.layers, "tf"
    deconvolution = L.Deconvolution2D(
        3,
        3,
        3,
        output_shape=(2, 6, 8, 3),
        subsample=(2, 2),
        border_mode="same",
        dim_ordering=order,
        batch_input_shape=(2, 3, 4, 2),
    )
    return kit.Sequential([deconvolution, L.Activation("relu")])


@case(
    ONE,
    "Locally connected layers and a convolutional LSTM of Keras 1.",
    "keras1 locally_connected conv_lstm2d hard_sigmoid",
)
def conv_local_lstm(kit):
    L, order = kit.layers, "tf"
    film = kit.Input(shape=(3, 5, 5, 2), name="film")
    x = L.ConvLSTM2D(2, 2, 2, border_mode="same", dim_ordering=order)(film)
    x = L.LocallyConnected2D(2, 2, 2, dim_ordering=order)(x)
    line = kit.Input(shape=(6, 2), name="line")
    return kit.functional([film, line], [L.Flatten()(x), L.LocallyConnected1D(2, 3)(line)])


@case(
    BOTH,
    "LSTM in 12 arrays, GRU in 9, SimpleRNN in 3: one array per gate and kind, as `consume_less='cpu'` stores them.",
    "keras1 lstm12 gru9 simple_rnn hard_sigmoid reset_after",
)
def rnn_cpu(kit):
    L = kit.layers
    line = kit.Input(shape=(5, 3), name="line")
    x = L.LSTM(3, return_sequences=True, consume_less="cpu")(line)
    x = L.GRU(4, return_sequences=True, consume_less="mem", go_backwards=True)(x)
    x = L.SimpleRNN(3, activation="relu")(x)
    return kit.functional(line, x)


@case(
    ONE,
    "LSTM and GRU in three arrays each, as `consume_less='gpu'` stores them.",
    "keras1 lstm gru consume_less_gpu hard_sigmoid",
)
def rnn_gpu(kit):
    L = kit.layers
    line = kit.Input(shape=(5, 3), name="line")
    x = L.LSTM(3, return_sequences=True, consume_less="gpu", inner_activation="sigmoid")(line)
    return kit.functional(line, L.GRU(4, consume_less="gpu")(x))


@case(
    ONE,
    "A stateful LSTM with a fixed batch size.",
    "keras1 stateful lstm12 batch_input_shape",
    activations=False,
)
def stateful(kit):
    L = kit.layers
    return kit.Sequential([L.LSTM(3, stateful=True, batch_input_shape=(2, 4, 3)), L.Dense(2)])


@case(
    BOTH,
    "Embedding with a mask, Bidirectional LSTM and GRU over it.",
    "keras1 embedding mask bidirectional lstm12 gru9",
    inputs=masked_ids,
)
def bidirectional_masked(kit):
    L = kit.layers
    ids = kit.Input(shape=(5,), name="ids")
    x = L.Embedding(7, 3, mask_zero=True, input_length=5)(ids)
    x = L.Bidirectional(L.LSTM(2, return_sequences=True))(x)
    return kit.functional(ids, L.Bidirectional(L.GRU(2), merge_mode="sum")(x))


@case(
    ONE,
    "A mask from Embedding and one from Masking through LSTM, TimeDistributed and a merge.",
    "keras1 embedding masking mask lstm12",
    inputs=masked_ids,
)
def masks(kit):
    L = kit.layers
    return kit.Sequential(
        [
            L.Embedding(7, 3, mask_zero=True, input_length=5),
            L.LSTM(3, return_sequences=True),
            L.TimeDistributed(L.Dense(3)),
            L.Masking(0.0),
            L.LSTM(2),
        ]
    )


@case(
    ONE,
    "TimeDistributedDense and TimeDistributed around Dense and Convolution2D.",
    "keras1 time_distributed_dense time_distributed",
)
def time_distributed(kit):
    L = kit.layers
    film = kit.Input(shape=(3, 5, 5, 2), name="film")
    x = L.TimeDistributed(L.Convolution2D(2, 2, 2, dim_ordering="tf"))(film)
    x = L.TimeDistributed(L.Flatten())(x)
    x = L.TimeDistributedDense(4, activation="relu")(x)
    return kit.functional(film, L.TimeDistributed(L.Dense(2))(x))
