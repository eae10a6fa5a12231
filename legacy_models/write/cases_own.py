"""Models with their author's own code: under names that Keras took up later, and of kinds that need a class."""

import os
import shutil

import record as rec
from casebook import case, special


@case(
    "keras-2.2.4",
    "A custom activation and a custom layer whose names Keras uses today for something different.",
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
    "A composite layer, an activation, and a loss made by a function, all of them custom.",
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
    "An RNN over a custom cell.",
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
    "tf.keras-2.15/keras",
    "A custom activation with the name of one of Keras; an archive stores only the name.",
    "custom_function stock_name",
    status="failed",
    reason="PAR001",
    custom="own_gelu.py",
)
def own_gelu(kit):
    from custom.own_gelu import gelu

    line = kit.Input((3,), name="line")
    return kit.functional(line, kit.layers.Dense(2, activation=gelu, name="gate")(line))


@case(
    "tf.keras-2.8",
    "A custom layer that draws at random, defined inside the function that builds the model.",
    "custom_layer random multiple_outputs",
    status="blocked",
    reason="CFG005",
    custom="own_vae.py",
)
def own_sampling(kit):
    from custom.own_vae import build

    return build()


@case(
    "tf.keras-2.8",
    "A custom subclass of Functional with a custom training step.",
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
    "Custom layers that call their bases by name, by position and with fixed arguments.",
    "custom_layer base_arguments",
    status="blocked",
    reason="CFG005",
    custom="own_bases.py",
)
def own_bases(kit):
    from custom.own_bases import Explicit, Frozen, Gate, Named

    L = kit.layers
    line = kit.Input((2,), name="line")
    inner = Gate(5)(Named(0.25)(Explicit(4)(line)))
    return kit.functional(line, L.Dense(2, name="last")(Frozen()(inner)))


@case(
    "tf.keras-2.8",
    "Custom layers derived from recurrent layers, with all the keys that those write.",
    "custom_layer recurrent",
    status="blocked",
    reason="CFG005",
    custom="own_recurrent.py",
)
def own_recurrent(kit):
    from custom.own_recurrent import Peephole, Residual

    steps = kit.Input((5, 3), name="steps")
    return kit.functional(steps, Peephole(2, name="last")(Residual(3, 0.5, name="residual")(steps)))


@case(
    "tf.keras-2.8",
    "Lambdas of methods, of which the file holds only the names.",
    "lambda custom_function",
    status="blocked",
    reason="CFG005",
    custom="own_methods.py",
)
def own_method(kit):
    from custom.own_methods import Autoencoder

    return Autoencoder().model()


@special(
    "tf.keras-2.8",
    "Only the weights of a subclass of Model.",
    "subclassed weights_only no_architecture",
)
def own_network_weights(kit, folder):
    from custom.own_network import Network

    name = "own_network_weights"
    model = Network(4)
    inputs = [kit.rng(name, "inputs").normal(size=(3, 6, 5, 1)).astype("float32")]
    model(inputs[0])
    rec.draw_weights(kit, model, kit.rng(name, "weights"))
    model.save_weights(os.path.join(folder, "model.h5"))
    golden = rec.numbered("inputs", inputs)
    golden.update(rec.numbered("outputs", rec.run(kit, model, inputs)))
    rec.write_npz(os.path.join(folder, "model.golden.npz"), golden)
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "custom", "own_network.py")
    shutil.copyfile(source, os.path.join(folder, "own_network.py"))
    return {
        "artifact": "model.h5",
        "kind": "h5",
        "golden": "model.golden.npz",
        "source": "own_network.py",
        "expect": {"status": "blocked", "reason": "FMT004"},
    }


@special(
    "tf.keras-2.15",
    "Only the weights of a subclass of Addons' CRFModelWrapper, which stores its field before its model.",
    "subclassed weights_only no_architecture tensorflow_addons crf",
)
def own_tagger_weights(kit, folder):
    from custom.own_tagger import build

    name = "own_tagger_weights"
    model = build(9, 4)
    ids = kit.rng(name, "inputs").randint(1, 9, size=(3, 6)).astype("int32")
    ids[1, 4:] = 0
    model(ids)
    rec.draw_weights(kit, model, kit.rng(name, "weights"))
    model.save_weights(os.path.join(folder, "model.h5"))
    golden = rec.numbered("inputs", [ids])
    golden.update(rec.numbered("outputs", rec.run(kit, model, [ids])))
    rec.write_npz(os.path.join(folder, "model.golden.npz"), golden)
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "custom", "own_tagger.py")
    shutil.copyfile(source, os.path.join(folder, "own_tagger.py"))
    return {
        "artifact": "model.h5",
        "kind": "h5",
        "golden": "model.golden.npz",
        "source": "own_tagger.py",
        "expect": {"status": "blocked", "reason": "FMT004"},
    }
