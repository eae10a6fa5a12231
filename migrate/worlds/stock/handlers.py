"""The stock world: loads what was written exactly as a user will, with Keras 3 and nothing of this project.

This file is run by its path and imports only what a user has installed.
"""

import gc
import keyword
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from stock_arrays import cases_in, save_arrays
from stock_objects import objects_in
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow.python.eager import context as eager

_held = {}
LONG = 32
CALLS_APART = 1000
_CHANNELS_FIRST = (b"NCHW", b"NCDHW")


def _numpy(value):
    if hasattr(value, "to_tensor"):
        value = value.to_tensor()
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array


def _run(call, params, scratch):
    results = {}
    for number, inputs in enumerate(cases_in(params["probes"])):
        for again in range(params.get("calls", 1)):
            # What the later calls of a stateful model give depends on those before; see ``guest/runner.py``.
            answer = call(inputs, fresh=False) if again else call(inputs)
            for position, output in enumerate(answer):
                results[f"{number + again * CALLS_APART}/{position}"] = _numpy(output)
    out = scratch / params["out"]
    save_arrays(out, results)
    return {"file": str(out)}


def _load(params):
    _clear_names()
    objects = objects_in(params.get("custom_objects", []))
    loaded = keras.saving.load_model(params["path"], custom_objects=objects, compile=False)
    _held["model"] = loaded
    return loaded


def load_class(params, scratch):
    """The same for a model of the user's own class, which says nothing of inputs."""
    return {"parameters": int(_load(params).count_params())}


def _clear_names():
    """``clear_session``, keeping TensorFlow's kernels: making them again is a third of the time of a small model."""
    current = eager.context()
    current.clear_kernel_cache = lambda: None
    try:
        keras.utils.clear_session(free_memory=False)
    finally:
        del current.clear_kernel_cache


def load_keras(params, scratch):
    """``keras.saving.load_model(path)``; with custom objects only where the model needs the user's or ours."""
    model = _load(params)

    def spec(tensor):
        return {"name": tensor.name, "shape": list(tensor.shape), "dtype": str(tensor.dtype)}

    return {
        "inputs": [spec(t) for t in model.inputs],
        "outputs": [spec(t) for t in model.outputs],
        "output_names": list(getattr(model, "output_names", [])),
    }


def predict(params, scratch):
    """Outputs of the loaded ``.keras`` for every case; with ``graph`` traced once, as ``model.predict`` does."""
    model = _held["model"]
    structure = getattr(model, "_inputs_struct", None)

    def run(*tensors):
        arranged = tensors[0] if structure is None else keras.tree.pack_sequence_as(structure, list(tensors))
        return keras.tree.flatten(model(arranged, training=False))

    drawn = {} if params.get("draw") else _fix()
    try:
        return _predict(model, run, params, scratch)
    finally:
        for (module, name), function in drawn.items():
            setattr(module, name, function)


def _fix():
    """Put the numbers of the other worlds in the place of drawn ones (``guest/draws.py``); what was there."""
    made = {"normal": _fixed_normal, "truncated_normal": _fixed_normal, "uniform": _fixed_uniform}
    before = {(module, name): getattr(module, name) for module in (keras.random, tf.random) for name in made}
    for module, name in before:
        setattr(module, name, made[name])
    return before


def _fixed_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None, name=None):
    return tf.cast(tf.cast(mean, "float32") + tf.cast(stddev, "float32") * _waves(shape), dtype or "float32")


def _fixed_uniform(shape, minval=0.0, maxval=None, dtype=None, seed=None, name=None):
    kind = tf.as_dtype(dtype or "float32")
    low, high = tf.cast(minval, "float32"), tf.cast(1.0 if maxval is None else maxval, "float32")
    values = low + (high - low) * (0.5 + 0.499 * _waves(shape))
    return tf.cast(tf.floor(values) if kind.is_integer else values, kind)


def _waves(shape):
    sizes = tf.stack([tf.cast(size, "int32") for size in shape]) if isinstance(shape, tuple | list) else shape
    return tf.reshape(tf.cos(1.7 * tf.cast(tf.range(tf.reduce_prod(sizes)), "float32")), sizes)


def _predict(model, run, params, scratch):
    traced = None
    if params.get("graph") or _is_long(model, cases_in(params["probes"])):
        specs = [
            tf.TensorSpec([None if d is None else int(d) for d in t.shape], t.dtype) for t in model.inputs
        ]
        traced = tf.function(run, input_signature=specs)

    def call(inputs, fresh=True):
        for layer in model._flatten_layers() if fresh else ():
            if getattr(layer, "stateful", False) and hasattr(layer, "reset_state"):
                layer.reset_state()
        tensors = [tf.convert_to_tensor(a, dtype=t.dtype) for a, t in zip(inputs, model.inputs, strict=True)]
        return traced(*tensors) if traced else run(*tensors)

    return _run(call, params, scratch)


def _is_long(model, cases):
    """Whether recurrent layers may take many steps, which eagerly are a loop of Python; see ``guest/tracing.py``."""
    steps = max((array.shape[1] for arrays in cases for array in arrays if array.ndim > 1), default=0)
    return steps > LONG and any(hasattr(layer, "return_sequences") for layer in model._flatten_layers())


def predict_on_batch(params, scratch):
    """What ``model.predict_on_batch`` gives for every case: the call that a user makes, with Keras' own errors."""
    model = _held["model"]
    structure = getattr(model, "_inputs_struct", None)

    def call(inputs):
        given = inputs if structure is None else keras.tree.pack_sequence_as(structure, inputs)
        return keras.tree.flatten(model.predict_on_batch(given[0] if structure is None else given))

    return _run(call, params, scratch)


def _arranged(structure, tensors):
    if isinstance(structure, dict):
        return {key: _arranged(part, tensors) for key, part in structure.items()}
    if isinstance(structure, list):
        return [_arranged(part, tensors) for part in structure]
    return None if structure is None else tensors[structure]


def predict_class(params, scratch):
    """Outputs of a model of the user's own class: ``how`` tells its argument and the order of its outputs."""
    model, how, dtypes = _held["model"], params["how"], params["dtypes"]

    def run(*tensors):
        flat = keras.tree.flatten(model(_arranged(how["arrangement"], tensors), training=False))
        return [flat[how["order"].index(position)] for position in range(len(flat))]

    traced = tf.function(run) if params.get("graph") else run

    def call(inputs):
        return traced(*[tf.convert_to_tensor(a, dtype=d) for a, d in zip(inputs, dtypes, strict=True)])

    return _run(call, params, scratch)


def call_saved_model(params, scratch):
    """Outputs of a signature of a SavedModel for every case, loaded with ``tf.saved_model.load``."""
    names, outputs = params["inputs"], params["outputs"]
    if any(keyword.iskeyword(name) for name in names):
        return _call_by_tensor_names(params, scratch)
    holder = _served(params["path"])

    def call(inputs, fresh=True):
        nonlocal holder
        if fresh and params.get("stateful"):
            # A stateful model remembers the last call; every case begins like a fresh server.
            holder = tf.saved_model.load(params["path"])
        signature = holder.signatures[params.get("signature", "serving_default")]
        specs = signature.structured_input_signature[1]
        tensors = {
            n: tf.convert_to_tensor(a, dtype=specs[n].dtype) for n, a in zip(names, inputs, strict=True)
        }
        result = signature(**tensors)
        return [result[name] for name in outputs]

    if not any(name in (Path(params["path"]) / "saved_model.pb").read_bytes() for name in _CHANNELS_FIRST):
        return _run(call, params, scratch)
    context = eager.context()
    before = context.function_call_options
    context.function_call_options = eager.FunctionCallOptions(config_proto=_turned(context.config))
    try:
        return _run(call, params, scratch)
    finally:
        context.function_call_options = before


def _turned(config):
    """Let TensorFlow turn what processors run over channels last alone; see ``migrate/worlds/guest/layouts.py``."""
    config.allow_soft_placement = True
    config.graph_options.rewrite_options.cpu_layout_conversion = 1  # NCHW_TO_NHWC
    config.graph_options.rewrite_options.min_graph_nodes = -1
    return config


def release(params, scratch):
    """Forget what is loaded, and give its memory back."""
    _held.clear()
    gc.collect()
    return {}


def _served(path):
    """A SavedModel as loaded, kept for its next signature; another file of the same name is another one."""
    found = (Path(path) / "saved_model.pb").stat()
    key = (path, found.st_ino, found.st_mtime_ns, found.st_size)
    if _held.get("served_key") != key:
        _held.update(served_key=key, served=tf.saved_model.load(path))
    return _held["served"]


def _call_by_tensor_names(params, scratch):
    """The same as a server does it: Python cannot pass an argument called ``in``."""
    v1 = tf.compat.v1
    open_session = {}

    def load():
        session = v1.Session(graph=tf.Graph(), config=_turned(v1.ConfigProto()))
        with session.graph.as_default():
            meta = v1.saved_model.load(session, ["serve"], params["path"])
        signature = meta.signature_def[params.get("signature", "serving_default")]
        open_session.update(session=session, signature=signature)

    def call(inputs, fresh=True):
        if not open_session or (fresh and params.get("stateful")):
            load()
        session, signature = open_session["session"], open_session["signature"]
        feeds = {signature.inputs[n].name: a for n, a in zip(params["inputs"], inputs, strict=True)}
        return session.run([signature.outputs[key].name for key in params["outputs"]], feeds)

    return _run(call, params, scratch)


def describe_signatures(params, scratch):
    """Keys, dtypes and shapes of every signature of a SavedModel."""

    def spec(key, tensor):
        shape = None if tensor.shape.rank is None else [None if d is None else int(d) for d in tensor.shape]
        return {"name": key, "dtype": tensor.dtype.name, "shape": shape}

    def keys(name, arguments):
        """Argument to key: they differ where the key is a Python keyword."""
        inputs = definitions[name].inputs
        return {
            t.name.split(":")[0].removeprefix(f"{name}_"): k for k, t in inputs.items() if k not in arguments
        }

    described = {}
    file = Path(params["path"]) / "saved_model.pb"
    definitions = saved_model_pb2.SavedModel.FromString(file.read_bytes()).meta_graphs[0].signature_def
    loaded = _served(params["path"])
    for name, signature in loaded.signatures.items():
        arguments = signature.structured_input_signature[1]
        renamed = keys(name, arguments)
        described[name] = {
            "inputs": [spec(renamed.get(k, k), t) for k, t in arguments.items()],
            "outputs": [spec(k, t) for k, t in signature.structured_outputs.items()],
        }
    return {"signatures": described}


HANDLERS = {
    "load_keras": load_keras,
    "load_class": load_class,
    "predict_class": predict_class,
    "predict_loaded": predict,
    "predict_on_batch": predict_on_batch,
    "call_saved_model": call_saved_model,
    "describe_signatures": describe_signatures,
    "release": release,
}
