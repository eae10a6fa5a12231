"""Losses, metrics and models with several outputs, compiled and trained for three steps."""

from casebook import case
from cases_training import optimizer_case, rate, regression, small


def loss_case(eras, name, loss, traits, build=regression, targets=None, metrics=None, about=None):
    """Register a model that is compiled with SGD with momentum and one loss."""
    optimizer_case(
        eras,
        "loss_" + name,
        lambda kit: kit.optimizers.SGD(momentum=0.9, **rate(kit, 0.02)),
        about or "The loss " + name.replace("_", " ") + " by its name or class.",
        traits,
        build=build,
        loss=loss,
        targets=targets,
        metrics=metrics,
    )


loss_case(
    "keras-2.2.4 ~tf.keras-2.12",
    "mape",
    "mape",
    "mape loss_short_name",
    targets="positive",
    metrics=["mape", "msle"],
)
loss_case(
    "keras-2.2.4 ~tf.keras-2.8",
    "kld",
    "kld",
    "kld loss_short_name",
    small,
    "onehot",
    ["kullback_leibler_divergence"],
)
loss_case(
    "keras-2.2.4 ~keras-2.3.1 ~tf.keras-2.8",
    "cosine",
    lambda kit: "cosine_proximity" if kit.standalone else "cosine_similarity",
    "cosine_proximity",
    metrics=["cosine_proximity"],
)
loss_case(
    "tf.keras-1.15 tf.keras-2.13/keras",
    "huber",
    lambda kit: kit.keras.losses.Huber(delta=0.7),
    "huber reduction",
)
loss_case(
    "keras-2.2.4 ~tf.keras-2.4",
    "sparse",
    "sparse_categorical_crossentropy",
    "sparse_categorical_crossentropy",
    small,
    "ids",
    ["accuracy", "sparse_categorical_accuracy"],
)
loss_case("keras-2.2.4 ~tf.keras-2.8", "hinge", "squared_hinge", "hinge", metrics=["hinge"])
loss_case(
    "~tf.keras-2.8 tf.keras-2.15",
    "class_logits",
    lambda kit: kit.keras.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=0.1, reduction="sum"
    ),
    "from_logits label_smoothing reduction",
    build=small,
    targets="onehot",
    metrics=lambda kit: [
        kit.keras.metrics.CategoricalAccuracy(name="right"),
        kit.keras.metrics.TopKCategoricalAccuracy(k=1),
        kit.keras.metrics.AUC(num_thresholds=11),
        kit.keras.metrics.Precision(thresholds=0.3),
        kit.keras.metrics.MeanSquaredError(),
    ],
    about="Loss and metrics as objects with options.",
)


def two_headed(kit):
    """One input, two outputs."""
    L = kit.layers
    line = kit.Input((3,), name="line")
    x = L.Dense(4, activation="relu", name="body")(line)
    outputs = [L.Dense(2, name="value")(x), L.Dense(3, activation="softmax", name="kind")(x)]
    return kit.functional(line, outputs)


@case(
    "keras-2.2.4 ~tf.keras-2.0 tf.keras-2.13/keras",
    "Two outputs with losses, loss weights and metrics by output name.",
    "multi_output loss_weights dict_losses dict_metrics",
    targets=[None, "onehot"],
    activations=False,
    name="train_two_outputs",
    compile=lambda kit: {
        "optimizer": kit.optimizers.Adam(**rate(kit, 0.02)),
        "loss": {"value": "mse", "kind": "categorical_crossentropy"},
        "loss_weights": {"value": 0.3, "kind": 1.5},
        "metrics": {"kind": ["accuracy"], "value": "mae"},
    },
)
def train_two_outputs(kit):
    return two_headed(kit)


@case(
    "~tf.keras-2.4 tf.keras-2.11",
    "Two outputs with a list of losses, a list of weights and weighted metrics.",
    "multi_output loss_weights list_losses weighted_metrics",
    targets=[None, "onehot"],
    activations=False,
    name="train_two_outputs_lists",
    compile=lambda kit: {
        "optimizer": "rmsprop",
        "loss": ["mae", "categorical_crossentropy"],
        "loss_weights": [0.5, 2.0],
        "metrics": [["mse"], ["accuracy"]],
        "weighted_metrics": [[], ["categorical_accuracy"]],
    },
)
def train_two_outputs_lists(kit):
    return two_headed(kit)


@case(
    "keras-2.2.4 ~tf.keras-2.8 tf.keras-2.15/keras",
    "Transfer learning in training: only the trainable weights of a nested model have slots.",
    "nested_model frozen adam slots",
    targets="onehot",
    activations=False,
    name="train_nested",
    compile=lambda kit: {
        "optimizer": kit.optimizers.Adam(**rate(kit, 0.02)),
        "loss": "categorical_crossentropy",
        "metrics": ["accuracy"],
    },
)
def train_nested(kit):
    L = kit.layers
    inner_in = kit.Input((4,), name="inner_in")
    x = L.Dense(4, activation="tanh", name="inner_a")(inner_in)
    x = L.Dense(3, activation="tanh", name="inner_b")(x)
    inner = kit.functional(inner_in, x, name="inner")
    inner.layers[1].trainable = False
    line = kit.Input((4,), name="line")
    return kit.functional(line, L.Dense(2, activation="softmax", name="head")(inner(line)))


@case(
    "keras-2.2.4 ~tf.keras-2.14/keras",
    "A recurrent network in training, with the era's gates.",
    "lstm gru adam hard_sigmoid training",
    activations=False,
    name="train_recurrent",
    compile=lambda kit: {"optimizer": kit.optimizers.Adam(**rate(kit, 0.02)), "loss": "mse"},
)
def train_recurrent(kit):
    L = kit.layers
    line = kit.Input((4, 2), name="line")
    x = L.LSTM(3, recurrent_activation="hard_sigmoid", return_sequences=True)(line)
    return kit.functional(line, L.Dense(2)(L.GRU(2)(x)))
