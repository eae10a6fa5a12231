"""Compiled models, saved after three steps and recorded after a fourth: optimizers, losses, metrics."""

from casebook import case


def small(kit):
    """Two Dense layers with a batch normalisation between them.

    Not in stand-alone Keras, whose moving averages were corrected by hidden counters that no file holds.
    """
    L = kit.layers
    between = [] if kit.standalone else [L.BatchNormalization()]
    first = L.Dense(4, activation="tanh", input_shape=(3,))
    return kit.Sequential([first] + between + [L.Dense(2, activation="softmax")])


def regression(kit):
    """One Dense layer on another."""
    L = kit.layers
    return kit.Sequential([L.Dense(3, activation="tanh", input_shape=(3,)), L.Dense(2)])


def rate(kit, value):
    """The learning rate by the era's argument name."""
    return {"lr": value} if kit.standalone or kit.version < (2, 3) else {"learning_rate": value}


def legacy(kit):
    """The optimizers of before TensorFlow 2.11, under their later name."""
    return getattr(kit.optimizers, "legacy", kit.optimizers)


def optimizer_case(eras, name, make, about, traits, build=small, **options):
    """Register a small model that is compiled with one optimizer."""
    options.setdefault("targets", "onehot" if build is small else None)
    loss = options.pop("loss", "categorical_crossentropy" if build is small else "mse")
    metrics = options.pop("metrics", None)

    def compile_arguments(kit):
        arguments = {"optimizer": make(kit), "loss": loss(kit) if callable(loss) else loss}
        if metrics is not None:
            arguments["metrics"] = metrics(kit) if callable(metrics) else metrics
        return arguments

    case(eras, about, traits, name="train_" + name, compile=compile_arguments, activations=False, **options)(
        build
    )


optimizer_case(
    "keras-2.2.4 tf.keras-2.4 ~tf.keras-2.11 tf.keras-2.13/keras",
    "sgd_nesterov",
    lambda kit: legacy(kit).SGD(momentum=0.9, nesterov=True, decay=0.1, **rate(kit, 0.05)),
    "SGD with Nesterov momentum and time decay (the legacy class from 2.11 on).",
    "sgd momentum nesterov decay legacy_optimizer accuracy",
    metrics=["accuracy"],
)
optimizer_case(
    "~keras-2.0.8 keras-2.2.4 keras-2.3.1 tf.keras-1.15 tf.keras-2.8 tf.keras-2.12/keras "
    "tf.keras-2.14/keras tf.keras-2.15/keras tf.keras-2.4/savedmodel tf.keras-2.13/savedmodel",
    "adam",
    lambda kit: kit.optimizers.Adam(beta_1=0.8, **rate(kit, 0.02)),
    "Adam after three steps, with the slots in the era's order.",
    "adam slots accuracy",
    metrics=["acc"],
)
optimizer_case(
    "keras-2.2.4 ~tf.keras-2.4 tf.keras-2.15",
    "adam_amsgrad_decay",
    lambda kit: legacy(kit).Adam(amsgrad=True, decay=0.05, clipnorm=0.5, **rate(kit, 0.02)),
    "Adam with AMSGrad, decay and a clipped norm.",
    "adam amsgrad decay clipnorm legacy_optimizer",
)
optimizer_case(
    "~keras-2.2.4 tf.keras-2.8",
    "rmsprop",
    lambda kit: kit.optimizers.RMSprop(rho=0.8, decay=0.01, **rate(kit, 0.01)),
    "RMSprop with decay.",
    "rmsprop decay mse mae",
    build=regression,
    metrics=["mae"],
)
optimizer_case(
    "~tf.keras-2.4 tf.keras-2.13/keras",
    "rmsprop_centered",
    lambda kit: kit.optimizers.RMSprop(centered=True, momentum=0.9, **rate(kit, 0.01)),
    "Centred RMSprop with momentum: three slots per variable.",
    "rmsprop centered momentum",
    build=regression,
    loss="mean_absolute_error",
)
optimizer_case(
    "keras-2.2.4 tf.keras-2.8",
    "adagrad",
    lambda kit: kit.optimizers.Adagrad(**rate(kit, 0.05)),
    "Adagrad: its accumulator starts at 0 in Keras and at 0.1 in tf.keras 2.",
    "adagrad mae",
    build=regression,
    loss="mae",
)
optimizer_case(
    "~keras-2.2.4 tf.keras-2.8",
    "adadelta",
    lambda kit: kit.optimizers.Adadelta(rho=0.9, **rate(kit, 0.5)),
    "Adadelta, two slots per variable.",
    "adadelta msle",
    build=regression,
    loss="logcosh",
)
optimizer_case(
    "keras-2.2.4 tf.keras-2.14/keras",
    "adamax",
    lambda kit: kit.optimizers.Adamax(**rate(kit, 0.02)),
    "Adamax, two slots per variable.",
    "adamax poisson",
    build=regression,
)
optimizer_case(
    "keras-2.2.4 keras-2.3.1 tf.keras-2.8 tf.keras-2.15/keras",
    "nadam",
    lambda kit: kit.optimizers.Nadam(**rate(kit, 0.02)),
    "Nadam: Keras before 2.3 did not store the product of its momenta.",
    "nadam m_schedule",
    build=regression,
    notes=dict.fromkeys(
        ("keras-2.2.4", "tf.keras-2.15"),
        "The product of momenta is not in the file, but follows from the number of steps; the writer begins it anew.",
    ),
)
optimizer_case(
    "~tf.keras-2.8 tf.keras-2.12/keras",
    "ftrl",
    lambda kit: kit.optimizers.Ftrl(l1_regularization_strength=0.01, **rate(kit, 0.1)),
    "Ftrl: accumulator and linear slots.",
    "ftrl",
    build=regression,
)
optimizer_case(
    "tf.keras-2.4 ~tf.keras-2.11 tf.keras-2.15/keras",
    "schedule",
    lambda kit: kit.optimizers.Adam(kit.optimizers.schedules.ExponentialDecay(0.05, 2, 0.5, staircase=True)),
    "Adam whose learning rate is a schedule that drops every two steps.",
    "adam schedule exponential_decay",
)
optimizer_case(
    "tf.keras-2.8",
    "schedule_piecewise",
    lambda kit: kit.optimizers.SGD(
        kit.optimizers.schedules.PiecewiseConstantDecay([1, 3, 6], [0.1, 0.05, 0.02, 0.01]), momentum=0.5
    ),
    "SGD with a piecewise constant learning rate.",
    "sgd schedule piecewise_constant",
)
optimizer_case(
    "tf.keras-2.12",
    "schedule_cosine",
    lambda kit: kit.optimizers.SGD(kit.optimizers.schedules.CosineDecay(0.1, 5, alpha=0.1), momentum=0.5),
    "SGD with a cosine learning rate.",
    "sgd schedule cosine_decay",
)
optimizer_case(
    "tf.keras-2.11 tf.keras-2.13/keras",
    "adamw",
    lambda kit: optimizer_class(kit, "AdamW")(weight_decay=0.01, global_clipnorm=1.0, **rate(kit, 0.02)),
    "AdamW with weight decay and a clipped global norm.",
    "adamw weight_decay global_clipnorm",
)
optimizer_case(
    "~tf.keras-2.11 tf.keras-2.14/keras",
    "adam_ema",
    lambda kit: kit.optimizers.Adam(
        use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=None, weight_decay=0.004, **rate(kit, 0.02)
    ),
    "Adam of the new kind with moving averages of the weights among its slots.",
    "adam ema weight_decay",
)
optimizer_case(
    "tf.keras-2.13",
    "lion",
    lambda kit: kit.optimizers.Lion(**rate(kit, 0.02)),
    "Lion, whose default learning rate differs in Keras 3.",
    "lion",
    build=regression,
)
optimizer_case(
    "tf.keras-2.12 tf.keras-2.15/keras",
    "legacy_adam",
    lambda kit: kit.optimizers.legacy.Adam(decay=0.02, **rate(kit, 0.02)),
    "The legacy Adam that later releases kept, with decay.",
    "adam legacy_optimizer decay",
)


def optimizer_class(kit, name):
    """An optimizer that some releases kept under ``experimental``."""
    return getattr(kit.optimizers, name, None) or getattr(kit.optimizers.experimental, name)


optimizer_case(
    "tf.keras-2.8 tf.keras-2.13/keras",
    "loss_scale",
    lambda kit: kit.keras.mixed_precision.LossScaleOptimizer(
        kit.optimizers.Adam(**rate(kit, 0.02)), dynamic=False, initial_scale=64
    ),
    "Adam within a LossScaleOptimizer.",
    "adam loss_scale_optimizer",
    build=regression,
)
optimizer_case(
    "tf.keras-2.11",
    "addons_adamw",
    lambda kit: _addons().optimizers.AdamW(weight_decay=0.01, learning_rate=0.02, name="Adam"),
    "An optimizer of TensorFlow Addons with the name of a stock optimizer, which must not be taken for the stock one.",
    "addons adamw",
    build=regression,
)


optimizer_case(
    "tf.keras-2.15",
    "addons_lamb",
    lambda kit: _addons().optimizers.LAMB(learning_rate=0.02, beta_1=0.8),
    "LAMB of TensorFlow Addons, which Keras 3 has, with its F1 score.",
    "addons lamb slots f1_score",
    metrics=lambda kit: [_addons().metrics.F1Score(2, average="macro")],
)
optimizer_case(
    "tf.keras-2.15",
    "addons_sgdw",
    lambda kit: _addons().optimizers.SGDW(weight_decay=0.01, learning_rate=0.05, momentum=0.9),
    "SGD with decayed weights of TensorFlow Addons.",
    "addons sgdw slots",
)
optimizer_case(
    "tf.keras-2.15",
    "addons_radam",
    lambda kit: _addons().optimizers.RectifiedAdam(learning_rate=0.02),
    "A rectified Adam and a focal loss of TensorFlow Addons, which Keras 3 does not have.",
    "addons optimizer_lost loss_lost",
    loss=lambda kit: _addons().losses.SigmoidFocalCrossEntropy(reduction="sum_over_batch_size"),
)


def _addons():
    import tensorflow_addons

    return tensorflow_addons


@case(
    "keras-2.2.4 keras-2.3.1 keras-1.2.2",
    "A GAN whose discriminator is frozen as a model: no layer records it, and the optimizer has slots for the generator only.",
    "gan nested_model frozen adam slots",
    compile=lambda kit: {"optimizer": kit.optimizers.Adam(), "loss": "mse"},
    activations=False,
)
def train_gan(kit):
    L = kit.layers
    judge = kit.Sequential([L.Dense(4, activation="tanh", input_shape=(3,)), L.Dense(1)], name="judge")
    maker = kit.Sequential([L.Dense(5, activation="tanh", input_shape=(2,)), L.Dense(3)], name="maker")
    judge.trainable = False
    noise = kit.Input((2,), name="noise")
    return kit.functional(noise, judge(maker(noise)))
