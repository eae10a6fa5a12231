"""Calls that fix the mode: ``training=True`` or ``training=False``, whatever the model around them does."""

from casebook import case

LATE = "tf.keras-2.4 tf.keras-2.15 ~tf.keras-2.8 ~tf.keras-2.11"


def backbone(kit, dropout):
    """A small base as people take it from ``applications``: statistics, and dropout where asked for."""
    L = kit.layers
    inside = kit.Input((5,), name="pixels")
    x = L.BatchNormalization(name="statistics")(L.Dense(4, name="stem")(inside))
    if dropout:
        x = L.Dropout(0.5, name="drop")(x)
    return kit.functional(inside, L.Dense(3, activation="tanh", name="top")(x), name="base")


def head(kit, base, **arguments):
    """The base called with arguments, and a classifier."""
    image = kit.Input((5,), name="image")
    return kit.functional(image, kit.layers.Dense(2, name="classes")(base(image, **arguments)))


def sgd(kit):
    """Compiled, so that a further step shows what the statistics become."""
    return {"optimizer": kit.optimizers.SGD(0.1), "loss": "mse"}


@case(LATE, "A trained base, called with training=False: its statistics stay.", "training", compile=sgd)
def fixed_inference(kit):
    return head(kit, backbone(kit, False), training=False)


@case(LATE, "A frozen base with dropout, called with training=False.", "training frozen", compile=sgd)
def fixed_inference_frozen(kit):
    base = backbone(kit, True)
    base.trainable = False
    return head(kit, base, training=False)


@case(LATE, "A call passes training=False, and nothing in the model depends on it.", "training", compile=sgd)
def fixed_without_effect(kit):
    L = kit.layers
    inside = kit.Input((5,), name="pixels")
    base = kit.functional(inside, L.Dense(3, activation="tanh", name="top")(inside), name="base")
    return head(kit, base, training=False)


@case(
    "keras-2.2.4 tf.keras-2.4 tf.keras-2.15/keras",
    "BatchNormalization that always normalises by the batch, and a shared layer whose calls differ in their mode.",
    "training shared",
)
def fixed_modes(kit):
    L = kit.layers
    line = kit.Input((4, 3), name="line")
    batch = L.BatchNormalization(name="batch")(line, training=True)
    reader = L.GRU(3, dropout=0.5, name="reader", recurrent_activation="sigmoid")
    both = L.Concatenate(name="both")([reader(batch, training=False), reader(line)])
    return kit.functional(line, L.Dense(2, name="out")(both))


@case(
    "tf.keras-2.8",
    "Written after disable_v2_behavior(): the initializers are those of TensorFlow 1 and store their dtype.",
    "initializer dtype",
)
def initializers_of_tf1(kit):
    L, old = kit.layers, kit.tf.compat.v1.keras.initializers
    line = kit.Input((4, 3), name="line")
    x = L.Conv1D(2, 2, kernel_initializer=old.glorot_uniform(), bias_initializer=old.zeros(), name="conv")(
        line
    )
    x = L.GRU(3, kernel_initializer=old.he_normal(), recurrent_initializer=old.orthogonal(), name="gru")(x)
    return kit.functional(line, L.Dense(2, kernel_initializer=old.constant(0.5), name="out")(x))
