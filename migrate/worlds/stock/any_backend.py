"""The stock world of one release of Keras 3, on whichever backend: loads an archive and runs it, as a user will.

This file is run by its path in an environment of that release, and imports only what is installed there.
"""

import importlib
import os
import shutil
import warnings

import keras
import numpy as np
from stock_arrays import cases_in, save_arrays
from stock_objects import objects_in

_STATE_LEFT_OUT = "Skipping variable loading for optimizer"
_OPENS_FOR_READING = (3, 2)
"""``load_model`` of ``saving_lib.py`` has mode ``r+b`` up to 3.1."""
_held = {}


def _structures():
    """Keras' own functions on nested structures; 3.0 takes those of dm-tree."""
    if hasattr(keras, "tree"):
        return keras.tree.flatten, keras.tree.pack_sequence_as
    if keras.__version__.startswith("3.0."):
        tree = importlib.import_module("tree")
        return tree.flatten, tree.unflatten_as
    tree = importlib.import_module("keras.src.tree")
    return tree.flatten, tree.pack_sequence_as


_flatten, _packed_as = _structures()


def load(params, scratch):
    """``keras.saving.load_model(path)``: the inputs of the model, as far as it says them, and what was left out.

    Keras says in a warning alone that it does not load the state of an optimizer.
    """
    keras.utils.clear_session()
    objects = objects_in(params.get("custom_objects", []))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model = keras.saving.load_model(_to_open(params["path"], scratch), custom_objects=objects)
    left_out = [str(one.message) for one in told if str(one.message).startswith(_STATE_LEFT_OUT)]
    _held["model"] = model

    def spec_of(tensor):
        dtype = str(tensor.dtype)
        return {"name": tensor.name, "shape": list(tensor.shape), "dtype": dtype}

    names = list(getattr(model, "output_names", []))
    inputs = [spec_of(tensor) for tensor in model.inputs]
    return {"inputs": inputs, "output_names": names, "left_out": left_out}


def _to_open(path, scratch):
    """The archive, or a copy of it for releases that open it for writing: the folder that it is in can only be read."""
    if tuple(map(int, keras.__version__.split(".")[:2])) >= _OPENS_FOR_READING:
        return path
    return shutil.copyfile(path, os.path.join(scratch, "opened.keras"))


def predict(params, scratch):
    """What ``predict_on_batch`` gives for every case of ``probes``: a ``file`` of arrays named ``case/output``.

    ``nesting`` says how they stand in what it gives, ``*`` for an array.
    """
    model = _held["model"]
    structure = getattr(model, "_inputs_struct", None)
    results, nesting = {}, ""
    for number, inputs in enumerate(cases_in(params["probes"])):
        arrays = [_given(array, tensor) for array, tensor in zip(inputs, model.inputs, strict=True)]
        arranged = arrays[0] if structure is None else _packed_as(structure, arrays)
        for layer in model._flatten_layers():
            if getattr(layer, "stateful", False) and hasattr(layer, "reset_state"):
                layer.reset_state()
        given = model.predict_on_batch(arranged)
        nesting = _nesting(given)
        for position, output in enumerate(_flatten(given)):
            results[f"{number}/{position}"] = _plain(output)
    out = scratch / params["out"]
    save_arrays(out, results)
    return {"file": str(out), "nesting": nesting}


def _nesting(given):
    if isinstance(given, dict):
        return "{" + ", ".join(f"{key}: {_nesting(given[key])}" for key in sorted(given)) + "}"
    if isinstance(given, (list, tuple)):
        return "[" + ", ".join(map(_nesting, given)) + "]"
    return "*"


def _given(array, tensor):
    return array if array.dtype.kind in "OUS" else array.astype(str(tensor.dtype))


def _plain(output):
    array = np.asarray(output)
    return array.astype(np.float32) if array.dtype.name in ("bfloat16", "float16") else array


HANDLERS = {"load": load, "predict_archive": predict}
