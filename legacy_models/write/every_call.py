"""Call every layer and every function of the backend that the installed stand-alone Keras has, and record the results.

    python every_call.py --era keras-2.2.4 --out DIR [--only Conv2D]

writes ``DIR/models/ERA-NUMBER.h5`` and ``DIR/recorded/ERA-NUMBER.npz`` with inputs and outputs, and, where the layer
takes numbers, with what it makes of NaN, infinities and numbers near the largest (``edges/0``, ``at_edges/0``). Each
file is one layer, with one argument changed (``every_layer.py``), or a Lambda of one expression (``every_function.py``);
sequences come with masks of every pattern, too, and are followed by a layer that needs the mask.
``scripts/every_call.py`` migrates the folder without the recordings and compares afterwards.
"""

import itertools
import sys

import numpy as np

import folders
import record as rec
from cases_lambda import bytecode
from draw_spelling import merged, spell
from every_function import BY_KIND
from every_layer import COMPILED, GATES, KERAS1, LAYERS, MERGES, PER_STEP

SHAPES = {
    "line": (4,),
    "steps": (6, 3),
    "open": (None, 3),
    "image": (5, 4, 3),
    "small": (2, 2, 3),
    "video": (4, 5, 4, 2),
    "frames": (3, 5, 4, 2),
    "ids": (6,),
    "parts": (6,),
}
ROWS = 5
EDGES = (np.nan, np.inf, -np.inf, 1e30, -1e30)


def given(kit, kind):
    """An input of the kind."""
    return kit.Input(SHAPES[kind], **({"dtype": "int32"} if kind == "ids" else {}))


def numbers(rng, kind):
    """Five rows: usual, large, small, of halves, and nothing but zeros; of sequences some steps are zeros."""
    shape = (ROWS,) + tuple(size or 6 for size in SHAPES[kind])
    if kind in ("ids", "parts"):
        value = rng.randint(1, 9, size=shape).astype("float32")
        value = value + (rng.uniform(0, 0.99, size=shape) if kind == "parts" else 0)
        value[0, 4:], value[1, :2], value[2, 1::2], value[4] = 0, 0, 0, 0
        return value.astype("int32" if kind == "ids" else "float32")
    value = rng.normal(size=shape)
    value[1], value[2], value[3], value[4] = value[1] * 5, value[2] * 0.1, np.round(value[3] * 2) / 2, 0
    if kind in ("steps", "open"):
        value[0, 4:], value[1, :2], value[2, 1::2] = 0, 0, 0
    return value.astype("float32")


def variants(arguments, table):
    """The arguments alone, and with each value of each other one."""
    yield dict(arguments)
    for name in sorted(table):
        for value in table[name]:
            if arguments.get(name, ()) != value:
                yield dict(arguments, **{name: value})


def pairs(arguments, table, rng, most):
    """Some of the ways to change two or three arguments together."""
    names = sorted(table)
    if len(names) < 2:
        return
    for _ in range(most):
        chosen = [names[i] for i in rng.permutation(len(names))[: 2 + rng.randint(2)]]
        yield dict(arguments, **{name: table[name][rng.randint(len(table[name]))] for name in chosen})


def layer_cases(kit):
    """``(subject, kinds of input, what is said of it, how it is built)`` of layers of one input."""
    tables = [(spell, entry) for entry in LAYERS]
    if kit.keras1:
        tables += [(lambda kit, name, **a: getattr(kit.layers, name)(**a), entry) for entry in KERAS1]
    for make, (kind, name, arguments, table) in tables:
        rng = kit.rng(name + kind, "pairs")
        wanted = list(variants(arguments, table)) + list(pairs(arguments, table, rng, len(table)))
        for options in wanted:
            yield name, (kind,), options, one_layer(make, name, options, False)
            if kind in ("steps", "open") or options.get("mask_zero"):
                yield name, (kind,), dict(options, masked=True), one_layer(make, name, options, True)


def one_layer(make, name, options, masked):
    """Build a model of one layer; behind a mask with another layer that needs it."""

    def build(kit, tensors):
        tensor = tensors[0]
        if masked and not options.get("mask_zero"):
            tensor = kit.layers.Masking()(tensor)
        return followed(kit, make(kit, name, **options)(tensor), masked)

    return build


def followed(kit, made, masked):
    """The output, and, where there is a mask, a layer that needs it behind every output that is a sequence."""
    outputs = list(made) if isinstance(made, (list, tuple)) else [made]
    if not masked:
        return outputs
    return [
        spell(kit, "SimpleRNN", units=2)(one) if len(kit.K.int_shape(one)) == 3 else one for one in outputs
    ]


def wrapper_cases(kit):
    """TimeDistributed, Bidirectional, cells in stacks, states from elsewhere."""
    for kind, name, options in PER_STEP:
        for masked in (False, True) if kind == "steps" else (False,):
            yield (
                "TimeDistributed",
                (kind,),
                dict(options, around=name, masked=masked),
                per_step(name, options, masked),
            )
    for name, mode in itertools.product(("SimpleRNN", "GRU", "LSTM"), ("concat", "sum", "mul", "ave", None)):
        table = {
            key: GATES[key][-1:]
            for key in ("return_sequences", "go_backwards", "unroll", "use_bias", "return_state")
        }
        for options in variants({"units": 3}, table if mode in ("concat", None) else {}):
            for masked in (False, True):
                said = dict(options, around=name, merge_mode=mode, masked=masked)
                yield "Bidirectional", ("steps",), said, both_ways(name, options, mode, masked)
    for cells in (
        ("GRUCell",),
        ("LSTMCell", "LSTMCell"),
        ("GRUCell", "LSTMCell"),
        ("SimpleRNNCell", "GRUCell"),
    ):
        table = {key: (True,) for key in ("return_sequences", "go_backwards", "unroll", "return_state")}
        for options in variants({}, table):
            for masked in (False, True):
                yield (
                    "RNN",
                    ("steps",),
                    dict(options, cells=cells, masked=masked),
                    stacked(cells, options, masked),
                )
    for name in ("SimpleRNN", "GRU", "LSTM"):
        for options in variants(
            {}, {"return_sequences": (True,), "go_backwards": (True,), "unroll": (True,)}
        ):
            for masked in (False, True):
                said = dict(options, masked=masked, initial_state=True)
                yield name, ("steps", "line"), said, begun(name, options, masked)


def per_step(name, options, masked):
    """``TimeDistributed`` around a layer."""

    def build(kit, tensors):
        tensor = kit.layers.Masking()(tensors[0]) if masked else tensors[0]
        return followed(kit, kit.layers.TimeDistributed(spell(kit, name, **options))(tensor), masked)

    return build


def both_ways(name, options, mode, masked):
    """``Bidirectional`` around a layer."""

    def build(kit, tensors):
        tensor = kit.layers.Masking()(tensors[0]) if masked else tensors[0]
        layer = kit.layers.Bidirectional(spell(kit, name, **options), merge_mode=mode)
        return followed(kit, layer(tensor), masked)

    return build


def stacked(cells, options, masked):
    """``RNN`` over a list of cells."""

    def build(kit, tensors):
        tensor = kit.layers.Masking()(tensors[0]) if masked else tensors[0]
        held = [getattr(kit.layers, name)(2 + number) for number, name in enumerate(cells)]
        return followed(kit, kit.layers.RNN(held, **options)(tensor), masked)

    return build


def begun(name, options, masked):
    """A recurrent layer with an initial state that another input gives."""

    def build(kit, tensors):
        tensor = kit.layers.Masking()(tensors[0]) if masked else tensors[0]
        states = [tensors[1]] * (2 if name == "LSTM" else 1)
        return followed(kit, spell(kit, name, units=4, **options)(tensor, initial_state=states), masked)

    return build


def merge_cases(kit):
    """Two inputs joined, with no mask, one, and two."""
    axes = {"Concatenate": {"steps": (1, 2, -1), "image": (1, 2, 3), "line": (-1,)},
            "Dot": {"steps": (1, 2, (2, 2), (1, 1)), "line": (1, -1), "image": (3,)}}  # fmt: skip
    for how, kind in itertools.product(MERGES, ("line", "steps", "image")):
        for axis in axes.get(how, {}).get(kind, (-1,)):
            for masks in ((), (0,), (1,), (0, 1)) if kind == "steps" else ((),):
                yield how, (kind, kind), {"axis": axis, "masks": masks}, joined(how, axis, masks)
        if how in ("Add", "Multiply", "Average") and kind == "line":
            yield how, (kind,) * 3, {"inputs": 3}, joined(how, -1, ())


def joined(how, axis, masks):
    """A merging layer."""

    def build(kit, tensors):
        tensors = [kit.layers.Masking()(t) if n in masks else t for n, t in enumerate(tensors)]
        return followed(kit, merged(kit, how, tensors, axis), bool(masks))

    return build


def function_cases(kit):
    """A Lambda for each expression."""
    for kind in sorted(BY_KIND):
        for text in BY_KIND[kind]:
            yield text, (kind,), {}, lambda_of(text)


def lambda_of(text):
    """A Lambda whose bytecode computes the expression."""

    def build(kit, tensors):
        function = bytecode(kit, "def called(x):\n    return {}\n".format(text))
        return [kit.layers.Lambda(function)(tensors[0])]

    return build


def compiled_cases(kit):
    """A small network with each loss and each optimizer, which takes three steps and one further."""
    for loss in COMPILED["loss"]:
        yield "loss", ("line",), {"loss": loss}, network
    for name in sorted(COMPILED):
        for options in COMPILED[name] if name != "loss" else ():
            yield name, ("line",), {"optimizer": name, "options": options}, network


def network(kit, tensors):
    """Two Dense layers."""
    hidden = spell(kit, "Dense", units=4, activation="tanh")(tensors[0])
    return [spell(kit, "Dense", units=3, activation="softmax")(hidden)]


def run(model, inputs):
    """All outputs; in one call, as what a Lambda makes of a batch need not have its rows."""
    results = model.predict_on_batch(inputs if len(inputs) > 1 else inputs[0])
    return [np.asarray(array) for array in (results if isinstance(results, list) else [results])]


def write_one(kit, name, case, out):
    """Build, draw weights, run, save and record one case; raises whatever the era raises."""
    subject, kinds, said, build = case
    tensors = [given(kit, kind) for kind in kinds]
    outputs = build(kit, tensors)
    model = kit.functional(
        tensors if len(tensors) > 1 else tensors[0], outputs if len(outputs) > 1 else outputs[0]
    )
    rec.draw_weights(kit, model, kit.rng(name, "weights"))
    rng = kit.rng(name, "inputs")
    inputs = [numbers(rng, kind) for kind in kinds]
    arrays = {}
    if "loss" in said or "optimizer" in said:
        optimizer = getattr(kit.optimizers, said.get("optimizer", "SGD"))(**said.get("options", {}))
        model.compile(optimizer=optimizer, loss=said.get("loss", "categorical_crossentropy"))
        targets = rec.draw_targets(kit, model, "onehot", kit.rng(name, "targets"), run(model, inputs))
        for _ in range(3):
            rec.train_step(kit, model, inputs, targets)
        arrays.update(rec.numbered("targets", targets))
    arrays.update(rec.numbered("inputs", inputs))
    arrays.update(rec.numbered("outputs", run(model, inputs)))
    if len(kinds) == 1 and kinds[0] not in ("ids", "parts"):
        edges = [numbers(rng, kinds[0])]
        for row, value in enumerate(EDGES):
            edges[0][row].flat[row % edges[0][row].size] = value
        arrays.update(rec.numbered("edges", edges))
        arrays.update(rec.numbered("at_edges", run(model, edges)))
    model.save(folders.model_path(out, name))
    if "targets/0" in arrays:
        rec.train_step(kit, model, inputs, targets)
        arrays.update(rec.weights_record(kit, model))
    folders.keep(out, name, arrays, subject, kinds, said)


def cases_of(kit, only):
    """The cases of an era."""
    sources = (layer_cases, wrapper_cases, merge_cases, function_cases, compiled_cases)
    for number, case in enumerate(case for source in sources for case in source(kit)):
        if only in case[0]:
            yield "{}-{:04d}".format(kit.era, number), [case[0], case[2]], case


def main():
    """Write all cases that the era can build."""
    kit, out, only = folders.opened(__doc__, "layers and expressions that hold this text")
    rec.order_the_updates(kit)
    return folders.write_each(
        kit, out, cases_of(kit, only), lambda name, case: write_one(kit, name, case, out)
    )


if __name__ == "__main__":
    sys.exit(main())
