"""Draw models at random, write them with the framework that is installed here, and record what they compute.

    python draw_models.py --era keras-2.2.4 --out DIR --first 0 --count 100

writes ``DIR/models/ERA-NUMBER.h5`` (or the form that was drawn) and ``DIR/recorded/ERA-NUMBER.npz`` with inputs, outputs
and, of compiled models, one further step. The recordings lie apart from the models, so that a migration does not see
them: ``scripts/hunt.py`` migrates the folder and compares afterwards. A number draws the same model in every run; a
number whose model the era cannot build, run or save is passed over, and ``DIR/recorded/ERA.drawn.json`` counts them.
"""

import argparse
import json
import os
import shutil
import sys

import numpy as np

import record as rec
from draw_layers import BY_RANK
from draw_oddities import Oddities
from draw_operations import attention, combined, operation
from kit import open_kit

OPTIMIZERS = "SGD RMSprop Adam Adagrad Adadelta Adamax Nadam".split()
MOST_DRAWINGS = 4
"""An era that refuses more than three of four numbers has something else wrong with it."""
LOSSES = "mse mae mean_squared_logarithmic_error logcosh squared_hinge hinge".split()


class Pick:
    """Draws from one stream of random numbers."""

    def __init__(self, rng):
        self.rng = rng

    def one(self, choices):
        """One of them."""
        return choices[int(self.rng.randint(len(choices)))]

    def chance(self, share):
        """True in this share of the cases."""
        return bool(self.rng.uniform() < share)

    def number(self, low, high):
        """A number with two decimals."""
        return round(float(self.rng.uniform(low, high)), 2)

    def size(self):
        """A number of units or filters."""
        return int(self.rng.randint(2, 7))


class Drawing:
    """A graph that grows: its inputs, the tensors that may be taken up, and the layers so far."""

    def __init__(self, kit, pick, odd):
        self.kit, self.pick, self.odd = kit, pick, odd
        self.inputs, self.kinds, self.open, self.shared = [], [], [], []

    def shape(self, tensor):
        """Static shape without the batch."""
        return tuple(None if n is None else int(n) for n in self.kit.K.int_shape(tensor)[1:])

    def begin(self):
        """One more input: ids with an embedding, a line, a sequence, an image or a video."""
        pick, kit = self.pick, self.kit
        kind = pick.one(("ids", "ids", "vector", "sequence", "sequence", "image", "image", "video"))
        length = pick.one((None, 6, 7)) if kind in ("ids", "sequence") else None
        shapes = {
            "ids": (length,),
            "vector": (pick.size(),),
            "sequence": (length, pick.size()),
            "image": (pick.one((6, 8, 9)), pick.one((6, 7)), pick.one((1, 2, 3, 4))),
            "video": (4, 6, 5, pick.one((1, 2))),
        }
        if kind == "ids" and kit.keras1:
            shapes["ids"] = (length or 6,)
        options = {"dtype": "int32"} if kind == "ids" and pick.chance(0.5) else {}
        tensor = self.odd.input(shapes[kind], "given_{}".format(len(self.inputs)), **options)
        self.inputs.append(tensor)
        self.kinds.append(kind)
        if kind == "ids":
            tensor = kit.layers.Embedding(9, pick.size(), mask_zero=pick.chance(0.6))(tensor)
        self.open.append(tensor)

    def step(self):
        """Apply one drawn layer, or a shared one, a join, a nested model, an operation."""
        pick, kit = self.pick, self.kit
        tensor = pick.one(self.open)
        shape = self.shape(tensor)
        draw = pick.number(0.0, 1.0)
        if draw < 0.12 and len(self.open) > 1:
            made, used = combined(kit, pick, self.open, self.shape)
            if made is not None:
                self._put(made, used)
                return
        if draw < 0.2:
            made = attention(kit, pick, tensor, shape)
        elif draw < 0.3:
            made = operation(kit, pick, tensor, shape)
        elif draw < 0.38:
            made = self._nested(tensor, shape)
        elif draw < 0.46 and self.shared:
            made = self._shared(shape, tensor)
        else:
            made = self._layer(shape, tensor)
        if made is not None:
            self._put(made, [tensor])

    def _put(self, made, used):
        """Let the new tensors be taken up, and mostly no longer those that they were made of."""
        if not self.pick.chance(0.2):
            self.open = [one for one in self.open if not any(one is other for other in used)]
        self.open.extend(made if isinstance(made, (list, tuple)) else [made])

    def _layer(self, shape, tensor):
        if len(shape) not in BY_RANK or any(size is not None and size < 1 for size in shape):
            return None
        layer = self.pick.one(BY_RANK[len(shape)])(self.kit, self.pick, shape)
        if layer is None:
            return None
        made = self.odd.call(self.odd.of_layer(layer), tensor)
        self.shared.append((layer, shape))
        return made

    def _shared(self, shape, tensor):
        fitting = [layer for layer, before in self.shared if before == shape]
        return self.pick.one(fitting)(tensor) if fitting else None

    def _nested(self, tensor, shape):
        """A model of its own inside: Functional or Sequential, called once or twice."""
        kit, pick = self.kit, self.pick
        if len(shape) not in BY_RANK or any(size is None for size in shape):
            return None
        layers = [pick.one(BY_RANK[len(shape)])(kit, pick, shape) for _ in range(2)]
        if layers[0] is None:
            return None
        if pick.chance(0.5):
            inner = kit.Input(shape)
            made = layers[0](inner)
            if isinstance(made, (list, tuple)):
                return None
            if layers[1] is not None and len(self.shape(made)) == len(shape):
                made = layers[1](made)
            model = kit.functional(inner, made)
        else:
            model = kit.Sequential()
            model.add(kit.layers.Dropout(0.1, input_shape=shape))
            model.add(layers[0])
        if pick.chance(0.3):
            model.trainable = False
        self.shared.append((model, shape))
        return self.odd.call(model, tensor)

    def model(self):
        """The finished model: its outputs are what nothing took up; an input goes through a layer first."""
        still = self.kit.layers.Activation("tanh")
        outputs = [still(one) if any(one is given for given in self.inputs) else one for one in self.open]
        return self.kit.functional(
            self.inputs if len(self.inputs) > 1 else self.inputs[0],
            outputs if len(outputs) > 1 else outputs[0],
        )


def drawn(kit, pick, odd):
    """A model drawn at random and the kinds of its inputs; layers that the era has not, or refuses, are left out."""
    drawing = Drawing(kit, pick, odd)
    for _ in range(pick.one((1, 1, 1, 2, 2, 3))):
        drawing.begin()
    refused = 0
    for _ in range(pick.one((2, 3, 4, 5, 6, 8))):
        try:
            drawing.step()
        except Exception:  # whatever an era says of a layer that it has not: the drawing goes on without it
            refused += 1
    return drawing.model(), drawing.kinds, refused


def drawn_inputs(kit, model, kinds, rng):
    """Inputs of four rows: ids with padding of all kinds, numbers of several sizes, some steps of zeros."""
    arrays = []
    for tensor, kind in zip(model.inputs, kinds):
        shape = rec.dimensions(kit.K.int_shape(tensor), 4)
        if kind == "ids":
            value = rng.randint(1, 9, size=shape)
            value[0, 3:] = 0
            value[1, :2] = 0
            value[2, 1::2] = 0
        else:
            value = rng.normal(size=shape) * np.array([1.0, 3.0, 0.1, 1.0]).reshape(
                (4,) + (1,) * (len(shape) - 1)
            )
            if kind == "sequence":
                value[0, 3:] = 0
                value[1, 0] = 0
        arrays.append(value.astype(rec.tensor_dtype(tensor)))
    return arrays


def form_of(kit, pick):
    """How the model is saved: HDF5, configuration with weights, archive or SavedModel."""
    forms = ["h5", "h5", "json"]
    if not kit.standalone and kit.version >= (2, 13):
        forms += ["keras", "keras", "keras"]
    if kit.eager:
        forms += ["savedmodel"]
    return pick.one(forms)


def save(kit, model, form, stem):
    """The model in its form, under the stem; answers the name of the artifact's last part."""
    suffix = {"h5": ".h5", "json": ".weights.h5", "keras": ".keras", "savedmodel": ""}[form]
    if form == "json":
        with open(stem + ".json", "w") as handle:
            handle.write(model.to_json())
        model.save_weights(stem + suffix)
    elif form == "savedmodel":
        model.save(stem, **({"save_format": "tf"} if kit.version < (2, 13) else {}))
    else:
        model.save(stem + suffix)
    return suffix


def write_one(kit, number, out, wanted):
    """Draw, write and record the model of this number, with oddities where they are wanted; answers what it is."""
    name = "{}-{:05d}".format(kit.era, number)
    pick = Pick(kit.rng(name, "graph"))
    odd = Oddities(kit, pick, wanted)
    model, kinds, refused = drawn(kit, pick, odd)
    rec.draw_weights(kit, model, kit.rng(name, "weights"))
    inputs = drawn_inputs(kit, model, kinds, kit.rng(name, "inputs"))
    outputs = run_afresh(kit, model, inputs)
    if not all(
        array.dtype.kind in "f" and np.isfinite(array).all() and abs(array).max() < 1e6 for array in outputs
    ):
        raise ValueError("outputs that prove nothing")
    form = form_of(kit, pick)
    compiled = form in ("h5", "keras") and pick.chance(0.4) and bool(model.trainable_weights)
    facts = {"form": form, "layers": [type(layer).__name__ for layer in model.layers], "refused": refused}
    facts["odd"] = odd.found
    targets = []
    if compiled:
        facts["optimizer"], facts["loss"] = pick.one(OPTIMIZERS), pick.one(LOSSES)
        model.compile(optimizer=getattr(kit.optimizers, facts["optimizer"])(), loss=facts["loss"])
        targets = rec.draw_targets(kit, model, "positive", kit.rng(name, "targets"), outputs)
        for _ in range(3):
            rec.train_step(kit, model, inputs, targets)
        outputs = run_afresh(kit, model, inputs)
    stem = os.path.join(out, "models", name)
    facts["suffix"] = save(kit, model, form, stem)
    arrays = rec.numbered("inputs", inputs)
    arrays.update(rec.numbered("outputs", outputs))
    if compiled:
        rec.train_step(kit, model, inputs, targets)
        arrays.update(rec.numbered("targets", targets))
        arrays.update(rec.weights_record(kit, model))
    rec.write_npz(os.path.join(out, "recorded", name + ".npz"), arrays)
    with open(os.path.join(out, "recorded", name + ".json"), "w") as handle:
        json.dump(facts, handle, sort_keys=True)
    return facts


def run_afresh(kit, model, inputs):
    """Outputs of a first call: what stateful layers remember is forgotten, before it and for what is saved."""
    if getattr(model, "stateful", False):
        model.reset_states()
    outputs = rec.run(kit, model, inputs)
    if getattr(model, "stateful", False):
        model.reset_states()
    return outputs


def main():
    """Write so many models; numbers that an era cannot build, run or save are counted, and the next one is drawn."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--era", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=100, help="how many models are written")
    parser.add_argument(
        "--odd", action="store_true", help="with names, batches and states that are seldom seen"
    )
    options = parser.parse_args()
    out = os.path.abspath(options.out)
    for folder in ("models", "recorded"):
        os.makedirs(os.path.join(out, folder), exist_ok=True)
    kit = open_kit(options.era)
    rec.order_the_updates(kit)
    written, number, refused = 0, options.first, {}
    while written < options.count and number < options.first + MOST_DRAWINGS * options.count:
        kit.reset()
        kit.K.set_floatx("float32")
        try:
            write_one(kit, number, out, options.odd)
            written += 1
        except Exception as error:  # a drawing that the era itself refuses is no model
            refused[number] = "{}: {}".format(type(error).__name__, str(error)[:150].replace("\n", " "))
            print("{}: {}".format(number, refused[number]))
            remove(out, "{}-{:05d}".format(kit.era, number))
        sys.stdout.flush()
        number += 1
    counts = {"first": options.first, "drawn": number - options.first, "written": written, "refused": refused}
    with open(os.path.join(out, "recorded", kit.era + ".drawn.json"), "w") as handle:
        json.dump(counts, handle, sort_keys=True)
    print("{}: wrote {} of {} drawn".format(kit.era, written, counts["drawn"]))
    return int(written < options.count)


def remove(out, name):
    """Nothing is left of a model that could not be recorded."""
    for folder in ("models", "recorded"):
        for entry in os.listdir(os.path.join(out, folder)):
            if entry.startswith(name):
                path = os.path.join(out, folder, entry)
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)


if __name__ == "__main__":
    sys.exit(main())
