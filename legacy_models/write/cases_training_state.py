"""Compiled models whose optimizer state is easily lost or misplaced."""

from cases_training import optimizer_case, rate, regression


def attention(kit):
    """One head of attention whose arrays can be taken for each other; a bias of keys would have no gradient."""
    L = kit.layers
    line = kit.Input((3, 2), name="line")
    seen = L.MultiHeadAttention(1, 2, use_bias=False, name="attention")(line, line)
    return kit.functional(line, L.Dense(2, name="out")(seen))


optimizer_case(
    "tf.keras-2.13/keras tf.keras-2.15/keras",
    "sgd_schedule",
    lambda kit: kit.optimizers.SGD(kit.optimizers.schedules.InverseTimeDecay(0.5, 1, 0.5)),
    "Plain SGD with a schedule: it has momenta that nothing reads, and a step count that matters.",
    "sgd schedule inverse_time_decay",
    build=regression,
)
optimizer_case(
    "~tf.keras-2.13/keras tf.keras-2.15/keras",
    "sgd_ema",
    lambda kit: kit.optimizers.SGD(use_ema=True, ema_momentum=0.9, **rate(kit, 0.1)),
    "Plain SGD with moving averages of the weights.",
    "sgd ema",
    build=regression,
)
optimizer_case(
    "tf.keras-2.13/keras tf.keras-2.15/keras ~tf.keras-2.4",
    "attention",
    lambda kit: kit.optimizers.Adam(**rate(kit, 0.05)),
    "Adam slots of MultiHeadAttention: in the order in which its arrays were created, not of their groups in the archive.",
    "adam slots multi_head_attention",
    build=attention,
)
optimizer_case(
    "tf.keras-2.15/keras",
    "adafactor",
    lambda kit: kit.optimizers.Adafactor(**rate(kit, 0.02)),
    "Adafactor, whose slots have different shapes than the weights.",
    "adafactor slots",
    build=regression,
)
