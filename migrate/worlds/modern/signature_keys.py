"""Keys of signatures that no Python function can have as arguments: an input called ``in``.

Servers take any key, so that a signature keeps its own; only the function that is traced for it has another name.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping
from pathlib import Path

from tensorflow.core.protobuf import saved_model_pb2


def speakable(keys: Iterable[str]) -> dict[str, str]:
    """Key to a name that a Python argument can have: ``in`` becomes ``in_``."""
    taken = set(keys)
    names = {}
    for key in keys:
        name = key
        while keyword.iskeyword(name) or (name != key and name in taken):
            name += "_"
        taken.add(name)
        names[key] = name
    return names


def restore_keys(folder: Path, arguments: Mapping[str, Mapping[str, str]]) -> None:
    """Give the inputs of written signatures the keys that callers know.

    Args:
        folder: of the SavedModel.
        arguments: signature to key to the argument that stood for it.
    """
    if all(key == name for names in arguments.values() for key, name in names.items()):
        return
    file = folder / "saved_model.pb"
    model = saved_model_pb2.SavedModel()
    model.ParseFromString(file.read_bytes())
    for meta in model.meta_graphs:
        for signature, names in arguments.items():
            inputs = meta.signature_def[signature].inputs
            for key, name in names.items():
                if key != name:
                    inputs[key].CopyFrom(inputs[name])
                    del inputs[name]
    file.write_bytes(model.SerializeToString(deterministic=True))
    (folder / "fingerprint.pb").unlink(missing_ok=True)  # it is of the bytes before; servers do without
