"""Load migrated models with the repository's own classes, as its programs do, and compare with recorded outputs.

Run as a file in the modern world with a JSON list of models as its argument; prints a JSON list of
``[reason, compiled]``: the reason is empty where a model loaded and gave its outputs, ``compiled`` tells whether it
also loads with its training configuration, as ``load_model(path)`` does. Imports only what a user has installed and
the modules that are named.
"""

import importlib
import json
import sys

import keras
import numpy as np


def outputs_of(model, inputs):
    """Outputs in the order of the model's."""
    structure = getattr(model, "_inputs_struct", None)
    given = inputs if structure is None else keras.tree.pack_sequence_as(structure, inputs)
    arranged = given[0] if structure is None and len(given) == 1 else given
    return [
        np.asarray(keras.ops.convert_to_numpy(x)) for x in keras.tree.flatten(model(arranged, training=False))
    ]


def differing(name, expected, actual, tolerance):
    """What is wrong with an output; empty when nothing is."""
    if expected.shape != actual.shape:
        return f"{name} has shape {actual.shape}, not {expected.shape}"
    if expected.dtype.kind not in "fiub":
        return ""
    one, other = expected.astype(np.float64), actual.astype(np.float64)
    if not np.array_equal(np.isfinite(one), np.isfinite(other)):
        return f"{name} is finite elsewhere"
    finite = np.isfinite(one)
    if not finite.any():
        return ""
    error = np.abs(one - other)[finite].max() / max(np.abs(one[finite]).max(), 1e-30)
    return "" if error <= tolerance else f"{name} differs by {error:.1e}"


def check(params):
    """The reason why a model cannot be loaded so, empty when it can, and whether it loads compiled."""
    for folder in reversed(params["folders"]):
        sys.path.insert(0, folder)
    for module in params["modules"]:
        importlib.import_module(module)
    model = keras.saving.load_model(params["model"], compile=False)
    try:
        keras.saving.load_model(params["model"])
        compiled = True
    except Exception:  # noqa: BLE001 - a loss or metric that is missing raises anything
        compiled = False
    with np.load(params["proof"], allow_pickle=False) as proof:
        inputs = [proof[f"inputs/{n}"] for n in range(sum(k.startswith("inputs/") for k in proof.files))]
        expected = [proof[f"outputs/{n}"] for n in range(sum(k.startswith("outputs/") for k in proof.files))]
    actual = outputs_of(model, inputs)
    if not expected or len(expected) != len(actual):
        return f"gives {len(actual)} outputs, {len(expected)} were recorded", compiled
    found = [
        differing(f"output {n}", one, other, params["tolerance"])
        for n, (one, other) in enumerate(zip(expected, actual, strict=True))
    ]
    return next(filter(None, found), ""), compiled


def main(models):
    """Check each model; what one raises is its reason."""
    reasons = []
    for params in models:
        try:
            reasons.append(check(params))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the code is the user's: whatever it raises is the answer
            reasons.append((f"{type(error).__name__}: {error}"[:300], False))
    print("\n" + json.dumps(reasons))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
