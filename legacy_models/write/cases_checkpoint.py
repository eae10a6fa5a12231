"""TensorFlow 2 checkpoints: weights of a model, and a Checkpoint of model and optimizer."""

import os

import record as rec
from casebook import special


def network(kit):
    """A Functional model with a wrapped recurrent layer, a nested model and a batch normalisation."""
    L = kit.layers
    inner_in = kit.Input((4,), name="inner_in")
    inner = kit.functional(inner_in, L.Dense(4, activation="tanh", name="inside")(inner_in), name="inner")
    line = kit.Input((5, 3), name="line")
    x = L.Bidirectional(L.GRU(2), name="both")(line)
    x = L.BatchNormalization(name="norm")(inner(x))
    return kit.functional(line, L.Dense(2, name="top")(x))


def describe(kit, folder, model, case, **more):
    """Write the architecture and golden numbers beside a checkpoint."""
    inputs = rec.draw_inputs(kit, model, kit.rng(case, "inputs"))
    golden = rec.numbered("inputs", inputs)
    golden.update(rec.numbered("outputs", rec.run(kit, model, inputs)))
    rec.write_npz(os.path.join(folder, "model.golden.npz"), golden)
    with open(os.path.join(folder, "model.json"), "w") as handle:
        handle.write(model.to_json())
    found = {
        "artifact": "model.ckpt",
        "kind": "checkpoint",
        "architecture": "model.json",
        "golden": "model.golden.npz",
        "expect": {"status": "migrated"},
    }
    found.update(more)
    return found


@special(
    "tf.keras-2.0 tf.keras-2.8 tf.keras-2.13",
    "save_weights in TensorFlow's format: variables by object path, architecture in JSON beside it.",
    "checkpoint object_based save_weights",
)
def checkpoint_weights(kit, folder):
    model = network(kit)
    rec.draw_weights(kit, model, kit.rng("checkpoint_weights", "weights"))
    model.save_weights(os.path.join(folder, "model.ckpt"), save_format="tf")
    return describe(kit, folder, model, "checkpoint_weights")


@special(
    "tf.keras-2.8",
    "Weights of a later epoch in TensorFlow's format, and the SavedModel of the model beside them.",
    "checkpoint object_based save_weights saved_model_beside",
)
def checkpoint_beside(kit, folder):
    L = kit.layers
    line = kit.Input((3,), name="line")
    x = L.BatchNormalization(name="norm")(L.Dense(4, activation="relu", name="dense")(line))
    model = kit.functional(line, L.Dense(2, name="top")(x))
    model.save(os.path.join(folder, "saved_model"), save_format="tf")
    rec.draw_weights(kit, model, kit.rng("checkpoint_beside", "weights"))
    model.save_weights(os.path.join(folder, "model.ckpt"), save_format="tf")
    found = describe(kit, folder, model, "checkpoint_beside", architecture="saved_model")
    os.remove(os.path.join(folder, "model.json"))
    return found


@special(
    "tf.keras-2.4 tf.keras-2.11 tf.keras-2.15",
    "tf.train.Checkpoint of model, optimizer and a step counter, numbered by a manager.",
    "checkpoint object_based optimizer_slots",
)
def checkpoint_training(kit, folder):
    tf = kit.tf
    model = network(kit)
    rec.draw_weights(kit, model, kit.rng("checkpoint_training", "weights"))
    optimizer = kit.optimizers.Adam(0.02)
    model.compile(optimizer, "mse")
    data = kit.rng("checkpoint_training", "data")
    x, y = rec.draw_inputs(kit, model, data), [data.normal(size=(3, 2)).astype("float32")]
    for _ in range(3):
        rec.train_step(kit, model, x, y)
    step = tf.Variable(3, dtype=tf.int64)
    saver = tf.train.Checkpoint(model=model, optimizer=optimizer, step=step)
    tf.train.CheckpointManager(saver, folder, max_to_keep=1, checkpoint_name="model.ckpt").save(3)
    return describe(kit, folder, model, "checkpoint_training", artifact="model.ckpt-3")


@special(
    "tf.keras-2.8",
    "A checkpoint of a subclass of Model; no architecture lies beside it.",
    "checkpoint object_based subclassed no_architecture",
)
def checkpoint_alone(kit, folder):
    import numpy as np

    from custom.two_towers import TwoTowers

    model = TwoTowers(width=3, name="two_towers")
    inputs = [kit.rng("checkpoint_alone", "inputs").normal(size=(3, 4)).astype("float32")]
    model(np.ones((1, 4), "float32"))
    rec.draw_weights(kit, model, kit.rng("checkpoint_alone", "weights"))
    model.save_weights(os.path.join(folder, "model.ckpt"), save_format="tf")
    golden = rec.numbered("inputs", inputs)
    golden.update(rec.numbered("outputs", rec.run(kit, model, inputs)))
    rec.write_npz(os.path.join(folder, "model.golden.npz"), golden)
    return {
        "artifact": "model.ckpt",
        "kind": "checkpoint",
        "golden": "model.golden.npz",
        "expect": {"status": "blocked", "reason": "FMT"},
    }


@special(
    "tf.keras-2.8 tf.keras-2.15",
    "A checkpoint of layers that draw at random: each stores the state of its generator.",
    "checkpoint object_based random_generator random_flip dropout",
)
def checkpoint_random(kit, folder):
    L = kit.layers
    image = kit.Input((6, 5, 2), name="image")
    x = kit.preprocessing("RandomFlip")("horizontal", seed=3, name="flip")(image)
    x = L.Conv2D(3, 2, name="conv")(L.GaussianNoise(0.1, name="noise")(x))
    model = kit.functional(image, L.Dense(2, name="top")(L.Dropout(0.2, name="drop")(L.Flatten()(x))))
    rec.draw_weights(kit, model, kit.rng("checkpoint_random", "weights"))
    model.save_weights(os.path.join(folder, "model.ckpt"), save_format="tf")
    return describe(kit, folder, model, "checkpoint_random")
