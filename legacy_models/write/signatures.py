"""Call the signatures of a SavedModel with the framework that wrote it, and record keys and values."""

import numpy as np

from record import numpy_of, storable


def record_signatures(kit, path, feeds, tags=("serve",)):
    """Run signatures of the SavedModel at ``path``.

    ``feeds`` maps a signature's name to its arguments: ``{key: array}``.  Returns
    ``signatures/<name>/inputs/<key>`` and ``signatures/<name>/outputs/<key>``.
    """
    call = _eager if kit.eager else _session
    record = {}
    for name, arguments, results in call(kit, path, feeds, tags):
        for key, array in arguments.items():
            record["signatures/{}/inputs/{}".format(name, key)] = storable(array)
        for key, array in results.items():
            record["signatures/{}/outputs/{}".format(name, key)] = storable(array)
    return record


def serving_feed(kit, path, inputs, names):
    """Arguments of ``serving_default`` for a Keras model: by the name of each input, or the only key there is."""
    loaded = kit.tf.saved_model.load(path)
    keys = sorted(loaded.signatures["serving_default"].structured_input_signature[1])
    if len(keys) == 1:
        return {"serving_default": {keys[0]: inputs[0]}}
    if sorted(names) != keys:
        raise ValueError("inputs {} are called {} in the signature".format(names, keys))
    return {"serving_default": dict(zip(names, inputs))}


def _eager(kit, path, feeds, tags):
    tf = kit.tf
    loaded = tf.saved_model.load(path, tags=list(tags))
    for name in sorted(feeds):
        tensors = {key: tf.constant(array) for key, array in feeds[name].items()}
        results = loaded.signatures[name](**tensors)
        yield name, feeds[name], {key: numpy_of(tensor) for key, tensor in results.items()}


def _session(kit, path, feeds, tags):
    tf1 = getattr(kit.tf.compat, "v1", kit.tf)
    with tf1.Graph().as_default(), tf1.Session() as session:
        meta = tf1.saved_model.loader.load(session, list(tags), path)
        for name in sorted(feeds):
            definition = meta.signature_def[name]
            feed = {definition.inputs[key].name: array for key, array in feeds[name].items()}
            fetch = {key: info.name for key, info in definition.outputs.items()}
            results = session.run(fetch, feed)
            yield name, feeds[name], {key: np.asarray(array) for key, array in results.items()}
