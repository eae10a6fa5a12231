"""Draw weights, run a model, and record what it computed."""

import os

import numpy as np

POSITIVE = ("variance", "running_std", "running_var", "gamma")


def variables(kit, model):
    """The model's variables in the order of ``get_weights()``: by layer before TensorFlow 2."""
    if kit.eager:
        return list(model.weights)
    return [weight for layer in model.layers for weight in layer.weights]


def draw_weights(kit, model, rng):
    """Set every floating-point variable to fresh random numbers; variances and scales stay positive."""
    held = variables(kit, model)
    if kit.keras1:  # it gathers the branches of a Merge in a set
        held.sort(key=lambda variable: variable.name)
    for variable in held:
        value = np.asarray(kit.K.get_value(variable))
        if value.dtype.kind != "f":
            continue
        name = variable.name or ""
        if any(word in name for word in POSITIVE):
            fresh = rng.uniform(0.5, 1.5, size=value.shape)
        else:
            fresh = rng.normal(0.0, 0.5, size=value.shape)
        kit.K.set_value(variable, np.asarray(fresh).astype(value.dtype))


def dimensions(shape, batch):
    """A concrete shape: the batch where free, 5 for every other free dimension."""
    known = [None if size is None else int(size) for size in shape]
    return tuple((batch if i == 0 else 5) if size is None else size for i, size in enumerate(known))


def draw_inputs(kit, model, rng, batch=3):
    """Standard normal numbers for each input of the model."""
    arrays = []
    for tensor in model.inputs:
        shape = dimensions(kit.K.int_shape(tensor), batch)
        arrays.append(rng.normal(size=shape).astype(tensor_dtype(tensor)))
    return arrays


def tensor_dtype(tensor):
    """The name of the numpy type of a symbolic tensor, in any backend."""
    dtype = tensor.dtype
    return getattr(dtype, "name", str(dtype)).replace("_ref", "")


def storable(array):
    """An array that np.savez stores without pickling: text as fixed-width unicode, other bytes as fixed-width bytes,
    bfloat16 as float32."""
    array = np.asarray(array)
    if array.dtype.kind == "V":  # bfloat16, which numpy cannot name
        return array.astype("float32")
    if array.dtype.kind not in "OS":
        return array
    items = [item if isinstance(item, bytes) else str(item).encode() for item in array.ravel()]
    try:
        return np.array([item.decode() for item in items], dtype=np.str_).reshape(array.shape)
    except UnicodeDecodeError:
        stored = np.array(items, dtype=np.bytes_)
        if list(stored) != items:
            raise ValueError("bytes that end in zeros cannot be stored")
        return stored.reshape(array.shape)


def run(kit, model, inputs):
    """All outputs with ``training=False``, as numpy arrays in the order of ``model.outputs``."""
    if kit.eager:
        tf = kit.tf
        tensors = [tf.constant(array) for array in inputs]
        packed = pack(kit, model, tensors)
        return [numpy_of(tensor) for tensor in tf.nest.flatten(model(packed, training=False))]
    results = model.predict(inputs if len(inputs) > 1 else inputs[0], batch_size=len(inputs[0]))
    return [np.asarray(array) for array in (results if isinstance(results, list) else [results])]


def pack(kit, model, tensors):
    """Arrange flat tensors as the model takes them: a single tensor, a list or a dictionary."""
    structure = getattr(model, "_nested_inputs", None)
    if isinstance(structure, dict):
        return kit.tf.nest.pack_sequence_as(structure, tensors)
    return tensors if len(tensors) > 1 else tensors[0]


def numpy_of(tensor):
    """A tensor's value; ragged and sparse ones dense."""
    for method in ("to_tensor", "numpy"):
        if hasattr(tensor, method):
            tensor = getattr(tensor, method)()
    return np.asarray(tensor)


def activations(kit, model, inputs):
    """Outputs of every layer that is called once and returns one tensor: ``{layer name: array}``."""
    tensors = {}
    for layer in model.layers:
        nodes = getattr(layer, "_inbound_nodes", None) or getattr(layer, "inbound_nodes", [])
        if len(nodes) != 1 or hasattr(layer, "layers") or layer.__class__.__name__ == "InputLayer":
            continue
        if not isinstance(layer.output, (list, tuple, dict)):
            tensors[layer.name] = layer.output
    if not tensors:
        return {}
    names = sorted(tensors)
    inside = kit.functional(list(model.inputs), [tensors[name] for name in names])
    return dict(zip(names, run(kit, inside, inputs)))


def draw_targets(kit, model, kind, rng, outputs):
    """One target per output: normal numbers, ``"onehot"``, ``"binary"`` or ``"ids"`` (class numbers)."""
    kinds = kind if isinstance(kind, (list, tuple)) else [kind] * len(outputs)
    targets = []
    for one, output in zip(kinds, outputs):
        shape, classes = output.shape, output.shape[-1]
        if one == "onehot":
            targets.append(np.eye(classes, dtype="float32")[rng.randint(classes, size=shape[:-1])])
        elif one == "binary":
            targets.append(rng.randint(2, size=shape).astype("float32"))
        elif one == "ids":
            targets.append(rng.randint(classes, size=shape[:-1] + (1,)).astype("float32"))
        elif one == "positive":
            targets.append(rng.uniform(0.5, 2.0, size=shape).astype("float32"))
        else:
            targets.append(rng.normal(size=shape).astype("float32"))
    return targets


def order_the_updates(kit):
    """Keep the optimizers of stand-alone Keras from racing with themselves.

    On TensorFlow 1 they count the step, read the counter, assign weights and read weights for gradients in one
    unordered graph: Adam takes a step for t or for t + 1, with gradients at old or at new weights, as the threads
    please.  From here on every assignment waits for all gradients, and the counter is left alone while a step runs
    and advanced afterwards by ``train_step``; that is what the code of every optimizer means.
    """
    if not _orders_by_itself(kit):
        named = vars(kit.optimizers).values()
        for optimizer in {one for one in named if isinstance(one, type)}:  # some have two names
            if "get_updates" in vars(optimizer):
                optimizer.get_updates = _ordered(kit, optimizer.get_updates)


def _orders_by_itself(kit):
    return not kit.standalone or kit.backend != "tensorflow"


def _ordered(kit, get_updates):
    K, tf = kit.K, kit.tf
    plain_update, plain_add = K.update, K.update_add

    def wrapped(optimizer, *arguments, **options):
        gradients = []
        get_gradients = optimizer.get_gradients

        def noted(*loss_and_weights):
            gradients.extend(get_gradients(*loss_and_weights))
            return list(gradients)

        def late(variable, value):
            with tf.control_dependencies(gradients):
                return plain_update(variable, value)

        def all_but_the_counter(variable, amount):
            return tf.identity(variable) if variable is optimizer.iterations else plain_add(variable, amount)

        optimizer.get_gradients, K.update, K.update_add = noted, late, all_but_the_counter
        try:
            return get_updates(optimizer, *arguments, **options)
        finally:
            del optimizer.get_gradients
            K.update, K.update_add = plain_update, plain_add

    return wrapped


def train_step(kit, model, inputs, targets):
    """One ``train_on_batch``."""
    x = inputs if len(inputs) > 1 else inputs[0]
    y = targets if len(targets) > 1 else targets[0]
    model.train_on_batch(x, y)
    if not _orders_by_itself(kit):
        counter = model.optimizer.iterations
        kit.K.set_value(counter, kit.K.get_value(counter) + 1)


def weights_record(kit, model):
    """``weights/<i>`` and ``names`` for step.npz."""
    held = variables(kit, model)
    record = {"weights/{}".format(i): np.asarray(kit.K.get_value(one)) for i, one in enumerate(held)}
    record["names"] = np.array([one.name or "" for one in held], dtype=np.str_)
    return record


def numbered(prefix, arrays):
    """``{"prefix/0": ..., "prefix/1": ...}``."""
    return {"{}/{}".format(prefix, i): storable(array) for i, array in enumerate(arrays)}


def write_npz(path, arrays):
    """Write arrays without pickles, in sorted order."""
    safe = {name: storable(arrays[name]) for name in sorted(arrays)}
    for name, array in safe.items():
        if array.dtype.kind == "O":
            raise TypeError("{}: {} holds Python objects".format(path, name))
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError("{}: {} is not finite".format(path, name))
    np.savez_compressed(str(path), **safe)
    if not os.path.exists(str(path)):
        raise OSError("not written: {}".format(path))
