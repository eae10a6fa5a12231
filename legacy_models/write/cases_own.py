"""Models with their author's own code: under names that Keras took up later, and of kinds that need a class."""

from casebook import case


@case(
    "keras-2.2.4",
    "An activation and a layer of the author's own, which Keras has today under the same names and otherwise.",
    "custom_function custom_layer stock_name",
    status="blocked",
    reason="CFG005",
    custom="own_keras2.py",
)
def own_stock_names(kit):
    from custom.own_keras2 import LayerNormalization, swish

    L = kit.layers
    line = kit.Input((4,), name="line")
    inner = L.Dense(5, activation=swish, name="gate")(line)
    return kit.functional(line, L.Dense(2)(LayerNormalization(name="norm")(inner)))


@case(
    "tf.keras-2.8",
    "A composite layer, an activation, and a loss made by a function, all the author's own.",
    "custom_layer custom_function custom_loss closure training",
    status="blocked",
    reason="CFG005",
    custom="own_blocks.py",
    compile=lambda kit: _compiled(kit),
)
def own_composite(kit):
    from custom.own_blocks import Block, leak

    L = kit.layers
    line = kit.Input((4,), name="line")
    inner = Block(3, name="block")(L.Dense(4, activation=leak, name="first")(line))
    return kit.functional(line, L.Dense(2, name="last")(inner))


def _compiled(kit):
    from custom.own_blocks import weighted

    return {"optimizer": kit.keras.optimizers.Adam(0.01), "loss": weighted()}


@case(
    "tf.keras-2.8",
    "An RNN over a cell of the author's own.",
    "custom_layer recurrent",
    status="blocked",
    reason="CFG005",
    custom="own_blocks.py",
)
def own_cell(kit):
    from custom.own_blocks import MinimalCell

    L = kit.layers
    steps = kit.Input((5, 3), name="steps")
    return kit.functional(steps, L.Dense(2)(L.RNN(MinimalCell(4, name="cell"), name="rnn")(steps)))


@case(
    "tf.keras-2.8",
    "A Functional model of the author's own class, with a training step of its own.",
    "custom_model train_step",
    status="blocked",
    reason="CFG005",
    custom="own_blocks.py",
)
def own_train_step(kit):
    from custom.own_blocks import Penalised

    L = kit.layers
    line = kit.Input((4,), name="line")
    return Penalised(line, L.Dense(2, name="last")(line), name="penalised")


@case(
    "tf.keras-2.8",
    "Layers of the author's own that call their bases by name, by position and with fixed arguments.",
    "custom_layer base_arguments",
    status="blocked",
    reason="CFG005",
    custom="own_bases.py",
)
def own_bases(kit):
    from custom.own_bases import Explicit, Frozen, Gate, Named, Reader

    L = kit.layers
    steps = kit.Input((4, 2), name="steps")
    inner = Gate(5)(Named(0.25)(Explicit(4)(Reader()(steps))))
    return kit.functional(steps, L.Dense(2, name="last")(Frozen()(inner)))
