"""SavedModels of classes derived from Model and Layer, whose metadata holds a class's name and little else."""

import os
import shutil

import record as rec
from casebook import special
from cases_savedmodel import facts
from signatures import record_signatures


def with_classes(folder, source):
    """Put the author's file beside the case; what case.json says of it."""
    here = os.path.dirname(os.path.abspath(__file__))
    shutil.copyfile(os.path.join(here, "custom", source), os.path.join(folder, "custom_objects.py"))
    return {"custom_objects": "custom_objects.py"}


@special(
    "tf.keras-2.4 tf.keras-2.8",
    "A subclass of Model without a configuration: a dict of inputs and of outputs, layers in a list, a dict and a model inside, and a custom layer.",
    "subclassed custom_class custom_layer dict_inputs no_config mask",
)
def subclassed_parts(kit, folder):
    from custom.recommender import Recommender

    model = Recommender(name="recommender")
    rng = kit.rng("subclassed_parts", "inputs")
    inputs = {
        "history": rng.randint(1, 7, size=(3, 5)).astype("int32"),
        "context": rng.normal(size=(3, 3)).astype("float32"),
    }
    inputs["history"][1:, 3:] = 0
    outputs = model.predict(inputs)
    rec.draw_weights(kit, model, kit.rng("subclassed_parts", "weights"))
    outputs = model.predict(inputs)
    path = os.path.join(folder, "saved_model")
    model.save(path, save_format="tf")
    golden = record_signatures(kit, path, {"serving_default": inputs})
    golden.update(rec.numbered("inputs", [inputs[key] for key in sorted(inputs)]))
    golden.update(rec.numbered("outputs", [outputs[key] for key in sorted(outputs)]))
    return facts(folder, golden, **with_classes(folder, "recommender.py"))


@special(
    "tf.keras-2.8 tf.keras-2.13",
    "A compiled and fitted subclass of Model: its optimizer's slots belong to attributes, not to layers of a graph.",
    "subclassed custom_class training optimizer_slots adam",
)
def subclassed_trained(kit, folder):
    from custom.two_towers import TwoTowers

    model = TwoTowers(width=3, name="two_towers")
    rng = kit.rng("subclassed_trained", "data")
    x = rng.normal(size=(4, 4)).astype("float32")
    y = rng.normal(size=(4, 2)).astype("float32")
    model.predict(x)
    rec.draw_weights(kit, model, kit.rng("subclassed_trained", "weights"))
    model.compile(kit.optimizers.Adam(0.02), "mse", metrics=["mae"])
    for _ in range(3):
        rec.train_step(kit, model, [x], [y])
    path = os.path.join(folder, "saved_model")
    model.save(path, save_format="tf")
    golden = record_signatures(kit, path, {"serving_default": {"input_1": x}})
    golden.update(rec.numbered("inputs", [x]))
    golden.update(rec.numbered("outputs", [model.predict(x)]))
    rec.train_step(kit, model, [x], [y])
    step = rec.numbered("x", [x])
    step.update(rec.numbered("y", [y]))
    step.update(rec.weights_record(kit, model))
    rec.write_npz(os.path.join(folder, "saved_model.step.npz"), step)
    return facts(folder, golden, step="saved_model.step.npz", **with_classes(folder, "two_towers.py"))
