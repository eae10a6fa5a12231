"""Classes and functions of the user's files, where nothing of this project may be imported.

Run as a file beside the handlers that import it.
"""

import importlib.util


def objects_in(files):
    """What each file defines itself, by name; None where there is nothing, as ``load_model`` takes it."""
    objects = {}
    for number, file in enumerate(files):
        spec = importlib.util.spec_from_file_location(f"custom_objects_{number}", file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        own = {n: v for n, v in vars(module).items() if getattr(v, "__module__", None) == module.__name__}
        objects.update(own)
    return objects or None
