"""Writes the configuration of every class that a framework has, and scans what was written: none of it may be unsafe.

    ERA/bin/python scripts/stock_configurations.py write OUT.json      # in an environment of the framework
    python scripts/stock_configurations.py check OUT.json…             # exit 1 when a stock class is called an attack
    python scripts/stock_configurations.py names OUT.json… > tests/scan/stock_names.json

Every public class of layers, initializers, regularizers, constraints, losses, metrics, optimizers, schedules, policies
and feature columns is made with its defaults or with a few usual arguments, and serialised the way a model's file does
it: by ``serialize`` of its kind, and by ``serialize_keras_object`` where the framework has it. `write` imports nothing
of this project, so that it runs with Python 3.6 and every Keras.
"""

import argparse
import inspect
import json
import sys

KINDS = ("layers", "initializers", "regularizers", "constraints", "losses", "metrics", "optimizers")
ARGUMENTS = (
    {},
    {"units": 2},
    {"units": 2, "activation": "relu"},
    {"filters": 2, "kernel_size": 2},
    {"kernel_size": 2},
    {"input_dim": 3, "output_dim": 2},
    {"rate": 0.1},
    {"stddev": 0.1},
    {"n": 2},
    {"dims": [2, 1]},
    {"axes": 1},
    {"target_shape": [2, 2]},
    {"activation": "relu"},
    {"num_heads": 2, "key_dim": 2},
    {"num_bins": 3},
    {"num_tokens": 3},
    {"bin_boundaries": [0.0, 1.0]},
    {"vocabulary": ["a", "b"]},
    {"vocabulary": [1, 2]},
    {"max_tokens": 4},
    {"height": 4, "width": 4},
    {"scale": 2.0},
    {"factor": 0.1},
    {"factor": 0.1, "value_range": [0, 1]},
    {"value": 0.5},
    {"mean": 0.0, "variance": 1.0},
    {"num_classes": 2},
    {"num_classes": 2, "target_class_ids": [0]},
    {"target_class_ids": [0], "num_classes": 2},
    {"recall": 0.5},
    {"precision": 0.5},
    {"sensitivity": 0.5},
    {"specificity": 0.5},
    {"learning_rate": 0.1},
    {"initial_learning_rate": 0.1, "decay_steps": 10},
    {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
    {"initial_learning_rate": 0.1, "first_decay_steps": 10},
    {"boundaries": [1], "values": [0.1, 0.01]},
    {"pattern": "a"},
    {"equation": "ab,bc->ac", "output_shape": [2]},
)


def instances(module, extra):
    """One instance of each public class of a module that some arguments fit; classes that none fit are told."""
    for name in sorted(dir(module)):
        cls = getattr(module, name)
        if name.startswith("_") or not inspect.isclass(cls):
            continue
        for arguments in (*extra.get(name, ()), *ARGUMENTS):
            try:
                yield name, cls(**arguments)
            except Exception:  # noqa: BLE001 - whatever a constructor dislikes about arguments that are guessed
                continue
            break
        else:
            yield name, None


def frameworks():
    """The module ``keras`` as this environment has it, TensorFlow where it has one, and what it calls itself."""
    try:
        import tensorflow as tf
    except ImportError:
        tf = None
    try:
        import keras
    except ImportError:
        keras = tf.keras
    if tf is not None and hasattr(tf, "keras") and not keras.__version__.startswith("3"):
        keras = tf.keras if hasattr(tf.keras, "layers") and keras.__name__ != "keras" else keras
    return keras, tf


def wrapped(keras):
    """Arguments that hold a layer."""
    dense, cell = keras.layers.Dense(2), getattr(keras.layers, "LSTMCell", None)
    found = {
        "TimeDistributed": [{"layer": dense}],
        "Wrapper": [{"layer": dense}],
        "SpectralNormalization": [{"layer": dense}],
        "Bidirectional": [{"layer": keras.layers.LSTM(2)}],
        "Lambda": [{"function": keras.activations.relu}],
    }
    if cell is not None:
        found["RNN"], found["StackedRNNCells"] = [{"cell": cell(2)}], [{"cells": [cell(2)]}]
    return found


def serialised(keras, kind, value):
    """Every form in which a file can hold the object."""
    serialize = getattr(getattr(keras, kind, None), "serialize", None)
    saving = getattr(getattr(keras, "saving", None), "serialize_keras_object", None)
    generic = getattr(keras.utils, "serialize_keras_object", None)
    for one in (serialize, saving, generic):
        if one is None:
            continue
        try:
            yield one(value)
        except Exception:  # noqa: BLE001 - a form that this class does not have
            continue
    if hasattr(value, "get_config"):
        try:
            yield {"class_name": type(value).__name__, "config": value.get_config()}
        except Exception:  # noqa: BLE001 - abstract classes
            return


def columns(tf):
    """Feature columns of each kind, in a layer."""
    if tf is None or not hasattr(tf, "feature_column"):
        return []
    fc = tf.feature_column
    number, words = fc.numeric_column("n"), fc.categorical_column_with_vocabulary_list("w", ["a", "b"])
    buckets = fc.bucketized_column(number, [0.0])
    hashed, identity = (
        fc.categorical_column_with_hash_bucket("h", 3),
        fc.categorical_column_with_identity("i", 3),
    )
    made = [
        number,
        buckets,
        fc.indicator_column(words),
        fc.indicator_column(hashed),
        fc.embedding_column(identity, 2),
    ]
    made.append(fc.indicator_column(fc.crossed_column([words, "h"], 5)))
    made.append(fc.indicator_column(fc.weighted_categorical_column(words, "v")))
    return made


def write(path):
    """All configurations of this environment's framework, as JSON by name."""
    keras, tf = frameworks()
    found, untried = {}, []

    def keep(name, forms):
        for number, form in enumerate(forms):
            found[f"{name}#{number}"] = json.loads(json.dumps(form, default=plain))

    modules = [(kind, getattr(keras, kind, None), kind) for kind in KINDS]
    modules.append(
        ("optimizers", getattr(getattr(keras, "optimizers", None), "schedules", None), "schedules")
    )
    for name in ("legacy", "experimental"):
        modules.append(("optimizers", getattr(keras.optimizers, name, None), name))
        modules.append(("layers", getattr(keras.layers, name, None), "layers." + name))
    modules.append(("mixed_precision", getattr(keras, "mixed_precision", None), "mixed_precision"))
    modules.append(("dtype_policies", getattr(keras, "dtype_policies", None), "dtype_policies"))
    if tf is not None:
        modules.append(("initializers", getattr(tf, "initializers", None), "tf.initializers"))
        v1 = getattr(getattr(tf, "compat", None), "v1", None)
        modules.append(("initializers", getattr(v1, "initializers", None), "tf.compat.v1.initializers"))
        modules.append(("initializers", tf, "tf"))
    for kind, module, label in modules:
        if module is None:
            continue
        wanted = (lambda v: True) if label != "tf" else (lambda v: "init_ops" in type(v).__module__)
        for name, value in instances(module, wrapped(keras)):
            if value is None and wanted(value):
                untried.append(label + "." + name)
            elif wanted(value):
                keep(label + "." + name, serialised(keras, kind, value))
                if kind == "initializers":
                    try:
                        dense = keras.layers.Dense(2, kernel_initializer=value)
                    except TypeError:  # Keras 1
                        dense = keras.layers.Dense(2, init=value)
                    keep("Dense with " + label + "." + name, serialised(keras, "layers", dense))
    features = getattr(keras.layers, "DenseFeatures", None)
    try:
        for column in columns(tf) if features is not None else []:
            keep("DenseFeatures " + type(column).__name__, serialised(keras, "layers", features([column])))
    except Exception as error:  # noqa: BLE001 - TensorFlow without its columns
        untried.append(f"feature columns: {error}")
    for name in sorted(dir(keras.activations)):
        function = getattr(keras.activations, name)
        if (
            name.startswith("_")
            or not inspect.isfunction(function)
            or name in ("get", "serialize", "deserialize")
            or "activations" not in function.__module__  # what the module has imported
        ):
            continue
        keep("activation " + name, serialised(keras, "layers", keras.layers.Activation(function)))
    with open(path, "w") as file:
        json.dump(found, file)
    print(
        "{} {}: {} configurations, {} classes not made: {}".format(
            keras.__name__, keras.__version__, len(found), len(untried), " ".join(untried)
        )
    )


def plain(value):
    """What JSON lacks, as Keras' own encoder writes it."""
    if type(value).__name__ == "TensorShape":
        return {"class_name": "TensorShape", "items": value.as_list()}
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "name") and type(value).__name__ == "DType":
        return value.name
    return getattr(value, "__name__", str(value))


def check(paths):
    """Print what the scan finds in them, and count what it calls unsafe: a Lambda's bytecode is, whoever wrote it."""
    from migrate.scan.config import scan_value
    from migrate.scan.files import is_unsafe

    unsafe = 0
    for path in paths:
        with open(path) as file:
            written = json.load(file)
        findings = {name: scan_value(value, name) for name, value in written.items()}
        bad = {name: found for name, found in findings.items() if is_unsafe(found) and ".Lambda#" not in name}
        warned = {name: found for name, found in findings.items() if found and name not in bad}
        unsafe += len(bad)
        print(f"{path}: {len(written)} configurations, {len(bad)} unsafe, {len(warned)} warnings")
        for name, found in [*bad.items(), *warned.items()]:
            print(f"  {name}: {found[0].code} {found[0].message}")
    return unsafe


def names(paths):
    """The distinct objects in them by what a loader looks up: module, class, registered name; a function's name."""
    found = set()
    for path in paths:
        with open(path) as file:
            stack = [json.load(file)]
        while stack:
            value = stack.pop()
            if isinstance(value, dict):
                if "module" in value and "class_name" in value:
                    function = value["config"] if value["class_name"] == "function" else None
                    found.add((value["module"], value["class_name"], value.get("registered_name"), function))
                stack += value.values()
            elif isinstance(value, list):
                stack += value
    return sorted(found, key=str)


def main():
    """Write, check, or list names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mode", choices=("write", "check", "names"))
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    if arguments.mode == "write":
        write(arguments.files[0])
        return 0
    if arguments.mode == "names":
        print("[\n" + ",\n".join(json.dumps(name) for name in names(arguments.files)) + "\n]")
        return 0
    return 1 if check(arguments.files) else 0


if __name__ == "__main__":
    sys.exit(main())
