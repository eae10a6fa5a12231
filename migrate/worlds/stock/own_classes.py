"""Load migrated models with the repository's own classes, as its programs do, and write what they compute.

Run as a file in the modern world with a JSON list of models as its argument; prints a JSON list of
``[reason, compiled]``: the reason is empty where a model loaded and its outputs were written beside its inputs,
``compiled`` tells whether it also loads with its training configuration, as ``load_model(path)`` does. Imports only
what a user has installed and the modules that are named.
"""

import importlib
import json
import sys

import keras
import numpy as np


def outputs_of(model, inputs):
    """Outputs in the order of the model's, as a recording holds them."""
    structure = getattr(model, "_inputs_struct", None)
    given = inputs if structure is None else keras.tree.pack_sequence_as(structure, inputs)
    arranged = given[0] if structure is None and len(given) == 1 else given
    return [plain(keras.ops.convert_to_numpy(x)) for x in keras.tree.flatten(model(arranged, training=False))]


def plain(output):
    """An array that NumPy's format can hold: bfloat16 widens, and texts are texts."""
    array = np.asarray(output)
    if array.dtype.kind == "O":
        return array.astype(str)
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array


def check(params):
    """Why a model cannot be loaded so, empty when it can, and whether it loads compiled; ``out`` gets its outputs."""
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
        inputs = {name: proof[name] for name in proof.files if name.startswith("inputs/")}
    given = [inputs[f"inputs/{number}"] for number in range(len(inputs))]
    outputs = {f"outputs/{number}": array for number, array in enumerate(outputs_of(model, given))}
    np.savez(params["out"], **inputs, **outputs)
    return "", compiled


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
