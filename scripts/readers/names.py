"""Print every public name of the Keras that runs this, with its parameters and their defaults, as JSON.

Runs inside the environment of one release of Keras 3, and imports nothing but Keras.
"""

import inspect
import json
import pkgutil
from importlib import import_module

import keras


def parameters(value):
    """Parameters of a callable as text; None for what is none, or does not say."""
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return None
    return [str(one).partition(":")[0].strip() for one in signature.parameters.values()]


def main():
    """Walk the public modules, whose names the API generator wrote."""
    names = {}
    modules = ["keras", *(f"keras.{one.name}" for one in pkgutil.iter_modules(keras.__path__))]
    for path in modules:
        if path == "keras.src" or path.startswith(("keras._", "keras.src.")):
            continue
        try:
            module = import_module(path)
        except ImportError:
            continue  # a module that wants another backend
        for name, value in vars(module).items():
            if not name.startswith("_") and not inspect.ismodule(value):
                names[f"{path}.{name}"] = parameters(value) if callable(value) else None
    print(json.dumps(names))


if __name__ == "__main__":
    main()
