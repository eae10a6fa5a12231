"""Arrays as they travel to and from worlds that hold nothing of this project.

Run as a file beside the handlers that import it.
"""

import json

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file


def load_arrays(path):
    """Arrays by name, as ``migrate/capsule/store.py`` writes them; strings as objects."""
    result = {}
    with safe_open(path, framework="numpy") as file:
        strings = json.loads((file.metadata() or {}).get("strings", "{}"))
        for name in file.keys():
            result[name] = file.get_tensor(name)
    for name, entry in strings.items():
        values = [v.encode("latin-1") for v in entry["values"]] if entry["bytes"] else entry["values"]
        result[name] = np.array(values, dtype=object).reshape(entry["shape"])
    return result


def save_arrays(path, arrays):
    """Write arrays so that ``migrate/capsule/store.py`` reads them."""
    numeric, strings = {}, {}
    for name, array in arrays.items():
        if array.dtype.kind in "OUS":
            flat = array.ravel().tolist()
            raw = any(isinstance(v, bytes) for v in flat)
            values = [v.decode("latin-1") if isinstance(v, bytes) else str(v) for v in flat]
            strings[name] = {"shape": list(array.shape), "values": values, "bytes": raw}
        else:
            numeric[name] = np.asarray(array, order="C")
    save_file(numeric, path, metadata={"strings": json.dumps(strings)})


def cases_in(path):
    """The cases of a probe file, each its inputs in order."""
    cases = {}
    for name, array in load_arrays(path).items():
        case, _, position = name.partition("/")
        cases.setdefault(int(case), {})[int(position)] = array
    return [[cases[c][i] for i in sorted(cases[c])] for c in sorted(cases)]
