"""Keras 1.2.2: merges, nested models, advanced layers, training."""

from casebook import authored, case
from cases_keras1 import BOTH, MORE, ONE


def _branches(kit):
    L = kit.layers
    left = kit.Sequential([L.Dense(4, input_dim=3, name="left_dense")])
    right = kit.Sequential([L.Dense(4, input_dim=2, name="right_dense")])
    return [left, right]


def _merge_case(mode, eras=ONE, **options):
    @case(
        eras,
        "Sequential that begins with a Merge of two Sequentials, mode {!r}.".format(mode),
        "keras1 merge sequential merge_" + mode,
        name="merge_sequential_" + mode,
    )
    def build(kit):
        merge = kit.layers.Merge(_branches(kit), mode=mode, **options)
        return kit.Sequential(
            [merge, kit.layers.Flatten(), kit.layers.Dense(2)]
            if mode == "cos"
            else [merge, kit.layers.Dense(2)]
        )


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
)
def merge_lambda(kit):
    L = kit.layers
    left, right = kit.Input(shape=(4,), name="left"), kit.Input(shape=(4,), name="right")
    difference = L.merge(
        [left, right], mode=authored("lambda x: x[0] - x[1]"), output_shape=authored("lambda s: s[0]")
    )
    return kit.functional([left, right], L.Dense(2)(difference))


@case(
    ONE,
    "A Lambda layer of Keras 1.",
    "keras1 lambda bytecode",
)
def lambda_bytecode(kit):
    L = kit.layers
    return kit.Sequential([L.Lambda(authored("lambda x: x / 127.5 - 1.0"), input_shape=(4,)), L.Dense(2)])


@case(
    MORE,
    "MaxoutDense and Highway, which Keras 2 removed.",
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
    "Batch normalisation on the last and on another axis, as mode 0 and mode 2; the stored statistic named running_std is a variance.",
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
    "Batch normalisation in mode 1, sample by sample, which no later Keras supports.",
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
    "Permute, Reshape, Flatten, RepeatVector and layers that are active only in training.",
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
    return kit.functional(
        line, [L.Dense(2, name="value")(x), L.Dense(3, activation="softmax", name="kind")(x)]
    )


@case(
    "keras-1.2.2",
    "Layers that pass their input on unchanged, called on Inputs: the file lists them as the model's inputs.",
    "keras1 identity input_layers activity_regularization dropout",
)
def identities_first(kit):
    L = kit.layers
    one, two = kit.Input((3,), name="one"), kit.Input((4,), name="two")
    left = L.Dense(2)(L.ActivityRegularization(l1=0.01)(one))
    right = L.Dense(2)(L.Dropout(0.0)(two))
    return kit.functional([one, two], L.merge([left, right], mode="sum"))
