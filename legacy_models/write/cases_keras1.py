"""Keras 1.2.2: its layer names, arguments, weight layouts and merges, on TensorFlow and on Theano."""

from casebook import authored, case

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
            L.Dense(5, activation="relu", input_dim=4, init="he_uniform", W_regularizer="l2", W_constraint="maxnorm"),
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
            L.Convolution2D(3, 3, 2, border_mode="same", dim_ordering=order, input_shape=(8, 7, 2), activation="relu"),
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
            L.Convolution2D(3, 3, 2, border_mode="valid", dim_ordering=order, input_shape=(2, 8, 7), activation="tanh"),
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
        3, 3, 3, output_shape=(2, 6, 8, 3), subsample=(2, 2), border_mode="same", dim_ordering=order,
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
    "A stateful LSTM with a fixed batch.",
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


def _branches(kit):
    L = kit.layers
    left = kit.Sequential([L.Dense(4, input_dim=3, name="left_dense")])
    right = kit.Sequential([L.Dense(4, input_dim=2, name="right_dense")])
    return [left, right]


def _merge_case(mode, eras=ONE, **options):
    @case(
        eras,
        "Sequential that begins with Merge of two Sequentials, mode {!r}.".format(mode),
        "keras1 merge sequential merge_" + mode,
        name="merge_sequential_" + mode,
    )
    def build(kit):
        merge = kit.layers.Merge(_branches(kit), mode=mode, **options)
        return kit.Sequential([merge, kit.layers.Flatten(), kit.layers.Dense(2)] if mode == "cos" else [merge, kit.layers.Dense(2)])


_merge_case("concat", concat_axis=1)
_merge_case("sum", "~keras-1.2.2")
_merge_case("cos")


@case(
    ONE,
    "The functional merge() in every mode: sum, mul, concat, ave, max, dot, cos.",
    "keras1 merge merge_sum merge_mul merge_concat merge_ave merge_max merge_dot merge_cos",
)
def merge_modes(kit):
    L = kit.layers
    left, right = kit.Input(shape=(4, 3), name="left"), kit.Input(shape=(4, 3), name="right")
    both = [left, right]
    flat = [L.merge(both, mode=mode) for mode in ("sum", "mul", "ave", "max")]
    joined = L.merge(flat + [right], mode="concat", concat_axis=2)
    dot = L.merge(both, mode="dot", dot_axes=(2, 2))
    single = [L.Flatten()(left), L.Flatten()(right)]
    cosine = L.merge(single, mode="cos", dot_axes=1)
    return kit.functional(both, [L.TimeDistributed(L.Dense(2))(joined), dot, L.Flatten()(cosine)])


@case(
    ONE,
    "Merge with a Python function as its mode, stored as bytecode.",
    "keras1 merge merge_lambda bytecode lambda",
    status="unsafe",
    reason="SEC",
)
def merge_lambda(kit):
    L = kit.layers
    left, right = kit.Input(shape=(4,), name="left"), kit.Input(shape=(4,), name="right")
    difference = L.merge([left, right], mode=authored("lambda x: x[0] - x[1]"), output_shape=authored("lambda s: s[0]"))
    return kit.functional([left, right], L.Dense(2)(difference))


@case(
    ONE,
    "A Lambda layer of Keras 1.",
    "keras1 lambda bytecode",
    status="unsafe",
    reason="SEC",
)
def lambda_bytecode(kit):
    L = kit.layers
    return kit.Sequential([L.Lambda(authored("lambda x: x / 127.5 - 1.0"), input_shape=(4,)), L.Dense(2)])


@case(
    MORE,
    "MaxoutDense and Highway, which Keras 2 dropped.",
    "keras1 maxout_dense highway",
)
def maxout_highway(kit):
    L = kit.layers
    return kit.Sequential(
        [
            L.MaxoutDense(4, nb_feature=3, input_dim=3),
            L.Highway(activation="relu"),
            L.Highway(bias=False, activation="tanh", transform_bias=-1),
            L.MaxoutDense(2, bias=False),
        ]
    )


@case(
    MORE,
    "Batch normalisation on the last and on another axis, as mode 0 and mode 2; the stored statistic is a variance "
    "that is named running_std.",
    "keras1 batch_normalization mode2",
)
def batch_normalization(kit):
    L = kit.layers
    return kit.Sequential(
        [
            L.BatchNormalization(axis=1, input_shape=(4, 3), epsilon=1e-2),
            L.Flatten(),
            L.BatchNormalization(mode=2, momentum=0.9),
            L.Dense(3),
            L.BatchNormalization(),
        ]
    )


@case(
    ONE,
    "Batch normalisation in mode 1, sample by sample, which no later Keras has.",
    "keras1 batch_normalization mode1",
)
def batch_normalization_mode1(kit):
    L = kit.layers
    return kit.Sequential([L.Dense(4, input_dim=3), L.BatchNormalization(mode=1), L.Dense(2)])


@case(
    MORE,
    "Advanced activations: PReLU, ELU, LeakyReLU, ThresholdedReLU, SReLU, ParametricSoftplus.",
    "keras1 prelu elu leaky_relu thresholded_relu srelu parametric_softplus",
)
def activation_layers(kit):
    L = kit.layers
    line = kit.Input(shape=(4, 3), name="line")
    heads = [
        L.PReLU()(line),
        L.ELU(alpha=0.6)(line),
        L.LeakyReLU(alpha=0.1)(line),
        L.ThresholdedReLU(theta=0.3)(line),
        L.SReLU()(line),
        L.ParametricSoftplus(alpha_init=0.3, beta_init=2.0)(line),
    ]
    return kit.functional(line, L.merge(heads, mode="concat", concat_axis=2))


@case(
    ONE,
    "Every activation by name, and softmax over sequences.",
    "keras1 activations hard_sigmoid softmax",
)
def activation_names(kit):
    L = kit.layers
    line = kit.Input(shape=(3, 4), name="line")
    names = ["softmax", "elu", "softplus", "softsign", "relu", "tanh", "sigmoid", "hard_sigmoid", "linear"]
    return kit.functional(line, [L.Activation(name)(line) for name in names])


@case(
    ONE,
    "Permute, Reshape, Flatten, RepeatVector and layers that only act in training.",
    "keras1 permute reshape flatten repeat_vector gaussian activity_regularization spatial_dropout",
)
def reshaping(kit):
    L = kit.layers
    return kit.Sequential(
        [
            L.Permute((2, 1), input_shape=(6, 4)),
            L.SpatialDropout1D(0.2),
            L.Reshape((8, 3)),
            L.GaussianNoise(0.1),
            L.Flatten(),
            L.ActivityRegularization(l2=0.01),
            L.Dense(3),
            L.GaussianDropout(0.2),
            L.RepeatVector(2),
        ]
    )


@case(
    BOTH,
    "A Sequential is nested in a Functional model and called twice; a convolutional model is nested in a Sequential.",
    "keras1 siamese shared nested_model node_index",
)
def nested(kit):
    L = kit.layers
    tower = kit.Sequential([L.Dense(4, activation="relu", input_dim=5), L.Dense(3)], name="tower")
    left, right = kit.Input(shape=(5,), name="left"), kit.Input(shape=(5,), name="right")
    shared = L.Dense(3, name="shared")
    merged = L.merge([shared(tower(left)), shared(tower(right))], mode="concat")
    inner = kit.functional([left, right], merged, name="pair")
    a, b = kit.Input(shape=(5,), name="a"), kit.Input(shape=(5,), name="b")
    return kit.functional([a, b], L.Dense(1, activation="sigmoid")(inner([a, b])))


def _trained(name, make, loss="mse", eras=ONE, about=None, notes=None, **options):
    @case(
        eras,
        about or "Keras 1 model after three steps of {}.".format(name),
        "keras1 training " + name,
        name="train_" + name,
        compile=lambda kit: dict({"optimizer": make(kit), "loss": loss}, **options),
        targets="onehot" if loss == "categorical_crossentropy" else None,
        activations=False,
        notes=notes,
    )
    def build(kit):
        L = kit.layers
        last = "softmax" if loss == "categorical_crossentropy" else "linear"
        return kit.Sequential([L.Dense(3, activation="tanh", input_dim=3), L.Dense(2, activation=last)])


_trained(
    "sgd_nesterov",
    lambda kit: kit.optimizers.SGD(lr=0.05, momentum=0.9, nesterov=True, decay=0.1),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
    eras=MORE,
)
_trained("adam", lambda kit: kit.optimizers.Adam(lr=0.02, decay=0.1), metrics=["mae"])
_trained("rmsprop", lambda kit: kit.optimizers.RMSprop(lr=0.01), loss="mape")
_trained("adagrad", lambda kit: kit.optimizers.Adagrad(lr=0.05), eras="~keras-1.2.2")
_trained("adadelta", lambda kit: kit.optimizers.Adadelta(lr=0.5), eras="~keras-1.2.2")
_trained("adamax", lambda kit: kit.optimizers.Adamax(lr=0.02, clipvalue=0.1), eras="~keras-1.2.2")
_trained(
    "nadam",
    lambda kit: kit.optimizers.Nadam(lr=0.02),
    notes={"keras-1.2.2": "The product of momenta is not in the file, but follows from the number of steps."},
)


@case(
    ONE,
    "Two outputs with losses and weights by name.",
    "keras1 multi_output loss_weights training adam",
    name="train_two_outputs",
    targets=[None, "onehot"],
    activations=False,
    compile=lambda kit: {
        "optimizer": "adam",
        "loss": {"value": "mse", "kind": "categorical_crossentropy"},
        "loss_weights": {"value": 0.3, "kind": 1.5},
        "metrics": ["accuracy"],
    },
)
def train_two_outputs(kit):
    L = kit.layers
    line = kit.Input(shape=(3,), name="line")
    x = L.Dense(4, activation="relu", name="body")(line)
    return kit.functional(line, [L.Dense(2, name="value")(x), L.Dense(3, activation="softmax", name="kind")(x)])
