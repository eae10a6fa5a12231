"""Ask whether Keras 3 loads old files of weights into a migrated model as they are, and write those that it does not.

Run as a file in the modern world with a JSON list of models as its argument; prints a JSON list of
``[outcome, reason]`` with an outcome of ``same``, ``written`` or ``failed``. A file counts only when every variable of
the model has the value that was migrated, loaded by order and by name. Imports only what a user has installed, and the
code beside a model.
"""

import importlib.util
import json
import sys

import h5py
import keras
import numpy as np


def values(model):
    """Every weight, in the order of the model's."""
    return [np.asarray(keras.ops.convert_to_numpy(weight)) for weight in model.weights]


def loads(model, path, wanted, **options):
    """Why a file does not give every weight its value; empty when it does."""
    for weight, value in zip(model.weights, wanted, strict=True):
        weight.assign(
            np.full(value.shape, np.nan if np.issubdtype(value.dtype, np.floating) else 0, value.dtype)
        )
    try:
        model.load_weights(path, **options)
    except Exception as error:  # noqa: BLE001 - whatever a reader of foreign files raises is the answer
        return f"{type(error).__name__}: {error}"
    apart = [
        w.path
        for w, a, b in zip(model.weights, values(model), wanted, strict=True)
        if not np.array_equal(a, b)
    ]
    return f"{apart[0]} has another value" if apart else ""


def trouble(model, path, wanted):
    """Why a file does not serve both ways of loading; empty when it does."""
    return loads(model, path, wanted) or loads(model, path, wanted, by_name=True)


def write(model, whole, path):
    """Write the weights in the layout of Keras 2's files: Keras 3 writes it within whole models alone."""
    model.save(whole)
    with h5py.File(whole, "r") as source, h5py.File(path, "w") as target:
        weights = source["model_weights"]
        for name in weights:
            weights.copy(name, target)
        for name, value in weights.attrs.items():
            target.attrs[name] = value


def run(number, params):
    """The outcome for one model."""
    if params["code"]:
        spec = importlib.util.spec_from_file_location(f"custom_objects_{number}", params["code"])
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    model = keras.saving.load_model(params["model"], compile=False)
    wanted = values(model)
    if not (why := trouble(model, params["old"], wanted)):
        return "same", ""
    model.set_weights(wanted)
    write(model, params["scratch"], params["out"])
    left = trouble(model, params["out"], wanted)
    return ("failed", left) if left else ("written", why)


def main(models):
    """Each model; what one raises is its reason."""
    answers = []
    for number, params in enumerate(models):
        try:
            answers.append(run(number, params))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the code is the user's: whatever it raises is the answer
            answers.append(("failed", f"{type(error).__name__}: {error}"))
    print("\n" + json.dumps([[outcome, reason[:300]] for outcome, reason in answers]))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
