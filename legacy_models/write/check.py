"""Read the cases of one era back with the framework that wrote them, and compare with what was recorded.

    python check.py --era keras-2.2.4 --cases ..

Says for each artifact of a Keras model whether the writer itself, reading its own file, computes the recorded
outputs and takes the recorded training step.  Where it does not, the file had lost something when it was written
(Keras 2.2's Nadam does not store its schedule, for example), and no reader can be blamed for it.
"""

import argparse
import json
import os
import sys

import numpy as np

import record as rec
from kit import open_kit


def load(kit, folder, facts):
    """The model as the era's own reader gives it."""
    path = os.path.join(folder, facts["artifact"])
    custom = {}
    if "custom_objects" in facts:
        namespace = {"__name__": "custom_objects"}
        with open(os.path.join(folder, "custom_objects.py")) as handle:
            exec(compile(handle.read(), "custom_objects.py", "exec"), namespace)
        custom = {name: value for name, value in namespace.items() if callable(value)}
    if facts["kind"] in ("h5", "keras", "saved_model"):
        options = {"safe_mode": False} if kit.version >= (2, 13) and "lambda" in facts["traits"] else {}
        return kit.models.load_model(path, custom_objects=custom, **options)
    with open(os.path.join(folder, facts["architecture"])) as handle:
        text = handle.read()
    read = kit.models.model_from_yaml if facts["kind"] == "h5+yaml" else kit.models.model_from_json
    model = read(text, custom_objects=custom)
    loaded = model.load_weights(path)
    if hasattr(loaded, "assert_existing_objects_matched"):
        loaded.assert_existing_objects_matched()
    return model


def worst(found, wanted):
    """The largest difference, relative to the largest number there; strings differ wholly or not at all."""
    found, wanted = rec.storable(found), rec.storable(wanted)
    if found.shape != wanted.shape:
        return np.inf
    if wanted.dtype.kind in "US":
        return 0.0 if (found == wanted).all() else np.inf
    found, wanted = found.astype("float64"), wanted.astype("float64")
    return float(np.max(np.abs(found - wanted)) / max(1e-30, np.max(np.abs(wanted))))


def numbered(arrays, prefix):
    """``prefix/0``, ``prefix/1``, ... as a list."""
    total = sum(name.startswith(prefix + "/") for name in arrays)
    return [arrays["{}/{}".format(prefix, i)] for i in range(total)]


def check(kit, folder, facts):
    """``(difference of outputs, difference of weights after the step or None)``."""
    model = load(kit, folder, facts)
    golden = np.load(os.path.join(folder, facts["golden"]))
    if getattr(model, "stateful", False):
        model.reset_states()
    outputs = rec.run(kit, model, numbered(dict(golden), "inputs"))
    apart = max(worst(a, b) for a, b in zip(outputs, numbered(dict(golden), "outputs")))
    if "step" not in facts:
        return apart, None
    step = dict(np.load(os.path.join(folder, facts["step"])))
    rec.train_step(kit, model, numbered(step, "x"), numbered(step, "y"))
    weights = rec.weights_record(kit, model)
    return apart, max(worst(a, b) for a, b in zip(numbered(weights, "weights"), numbered(step, "weights")))


def main():
    """Check every case of the era that is a Keras model."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--era", required=True)
    parser.add_argument("--cases", required=True, help="the folder that holds one folder per era")
    options = parser.parse_args()
    kit = open_kit(options.era)
    rec.order_the_updates(kit)
    era = os.path.join(os.path.abspath(options.cases), options.era)
    differing = 0
    for name in sorted(os.listdir(era)):
        folder = os.path.join(era, name)
        with open(os.path.join(folder, "case.json")) as handle:
            facts = json.load(handle)
        if facts["kind"] in ("checkpoint", "frozen_graph") or (
            facts["kind"] == "saved_model" and not kit.eager
        ):
            continue
        kit.reset()
        try:
            apart, stepped = check(kit, folder, facts)
        except Exception as error:  # that the writer cannot read its own file is a result, too
            print(
                "UNREADABLE {}: {}: {}".format(
                    name, type(error).__name__, str(error)[:150].replace("\n", " ")
                )
            )
            differing += 1
            continue
        right = apart <= facts["rtol"] and (stepped is None or stepped <= 1e-5)
        differing += not right
        print(
            "{:<10} {}: outputs {:.1e}, step {}".format(
                "equal" if right else "DIFFERENT", name, apart, stepped
            )
        )
        sys.stdout.flush()
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
