"""Write one file for each layer of the packages around Keras with each of its arguments, and record what it computes.

    python every_package.py --era tf.keras-2.15 --out DIR [--only Maxout]

Each case of ``package_layers.py`` is an expression; those of packages that the environment lacks are passed over. The
files are as those of ``every_call.py``, and ``scripts/every_call.py DIR`` compares them with their migration.
"""

import importlib
import sys

import numpy as np

import folders
import record as rec
from package_layers import CASES, IMPORTS, SHAPES

ROWS = 4


def names_of(kit, package):
    """What the expressions of a package may name; None where the environment lacks it."""
    known = {"L": kit.layers, "K": kit.K, "np": np, "keras": kit.keras, "kit": kit}
    if kit.eager:
        known["tf"] = kit.tf
    if package == "hgq":
        known.update(conf=_settings("paq"), kernel=_settings("kq"))
    for name, module in IMPORTS[package]:
        try:
            found = importlib.import_module(module.partition(":")[0])
        except ImportError:
            return None
        known[name] = getattr(found, module.partition(":")[2]) if ":" in module else found
    return known


def _settings(which):
    """A function that gives the default settings of a quantiser of HGQ with some changed."""

    def changed(**other):
        utils = importlib.import_module("HGQ.utils")
        return dict(getattr(utils, "get_default_{}_conf".format(which))(), **other)

    return changed


def numbers(rng, kind):
    """Four rows: usual, large, of halves with zeros at the end, and zeros at the start."""
    shape = (ROWS,) + tuple(size or 6 for size in SHAPES[kind])
    if kind in ("ids", "parts"):
        value = rng.randint(1, 9, size=shape)
        value[0, 4:], value[1, 5:] = 0, 0
        return value.astype("int32" if kind == "ids" else "float32")
    if kind == "edges":
        upper = np.triu((rng.uniform(size=shape) < 0.5).astype("float32"), 1)
        return upper + upper.transpose(0, 2, 1)
    value = rng.normal(size=shape)
    value[1], value[2] = value[1] * 4, np.round(value[2] * 2) / 2
    if kind == "steps":
        value[2, 4:], value[3, 5:] = 0, 0
    return value.astype("float32")


def draw(kit, model, rng):
    """Numbers for every variable: ends of ranges around zero, masks of pruning of 0 and 1, a few bits."""
    states = []
    for variable in rec.variables(kit, model):
        name, value = variable.name or "", np.asarray(kit.K.get_value(variable))
        if name.endswith("_min:0"):
            states.append((variable, rng.uniform(-3.0, -0.4, size=value.shape)))
        elif name.endswith("_max:0"):
            states.append((variable, rng.uniform(0.4, 3.0, size=value.shape)))
        elif name.endswith("_bw:0"):
            states.append((variable, rng.uniform(-0.6, 5.0, size=value.shape)))
        elif "/mask:" in name:
            states.append((variable, (rng.uniform(size=value.shape) < 0.5).astype(float)))
    rec.draw_weights(kit, model, rng)
    for variable, value in states:
        kit.K.set_value(variable, value.astype("float32"))


def write_one(kit, name, case, known, out):
    """Build, draw weights, run, save and record one case; raises whatever the era raises."""
    package, kinds, text = case
    kinds = kinds.split()
    policy = getattr(kit.keras, "mixed_precision", None)
    try:
        if text.startswith("half: "):
            policy.set_global_policy("mixed_float16")
        tensors = [kit.Input(SHAPES[kind], **({"dtype": "int32"} if kind == "ids" else {})) for kind in kinds]
        given = dict(zip("xyz", tensors))
        made = eval(text.partition("half: ")[2] or text, dict(known, **given))
        if isinstance(made, kit.Model):
            model = made
        else:
            outputs = list(made) if isinstance(made, (list, tuple)) else [made]
            model = kit.functional(
                tensors if len(tensors) > 1 else tensors[0], outputs if len(outputs) > 1 else outputs[0]
            )
    finally:
        if text.startswith("half: "):
            policy.set_global_policy("float32")
    inputs = [numbers(kit.rng(name, "inputs"), kind) for kind in kinds]
    if "# first batch" in text:
        model(inputs[0])
    draw(kit, model, kit.rng(name, "weights"))
    arrays = dict(rec.numbered("inputs", inputs))
    arrays.update(rec.numbered("outputs", rec.run(kit, model, inputs)))
    model.save(folders.model_path(out, name))
    folders.keep(out, name, arrays, package, kinds, {"code": text})


def cases_of(kit, only):
    """The cases of the packages that the environment has, with what their expressions may name."""
    packages = {}
    for number, case in enumerate(CASES):
        if only not in case[2] and only != case[0]:
            continue
        if case[0] not in packages:
            packages[case[0]] = names_of(kit, case[0])
        if packages[case[0]] is not None:
            yield "{}-{}-{:04d}".format(kit.era, case[0], number), [case[2]], (case, packages[case[0]])


def main():
    """Write all cases that the environment can build."""
    kit, out, only = folders.opened(__doc__, "expressions that hold this text, or the name of a package")
    if (
        kit.eager
    ):  # tfmot asks TensorFlow for tf_keras from its import on; what was loaded before stays as it is
        _ = kit.tf.compat.v1.keras.layers, kit.tf.compat.v2.keras.layers
    return folders.write_each(
        kit, out, cases_of(kit, only), lambda name, given: write_one(kit, name, *given, out=out)
    )


if __name__ == "__main__":
    sys.exit(main())
