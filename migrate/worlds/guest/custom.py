"""Load classes and functions from the Python files that the user gave with ``--custom-objects``."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Mapping
from pathlib import Path

from migrate.findings import MigrationError
from migrate.formats.own_names import OWN
from migrate.worlds.guest.framework_types import UserObject


def scoped(objects: Mapping[str, UserObject]) -> dict[str, UserObject]:
    """The objects under their names, and under the names that a translated configuration gives the author's own."""
    return {**objects, **{f"{OWN}>{name}": value for name, value in objects.items()}}


def load_custom_objects(files: list[str]) -> dict[str, UserObject]:
    """Public classes and functions that the files define, by name.

    Raises:
        MigrationError: ``CFG050`` when a file cannot be imported in this world.
    """
    objects: dict[str, UserObject] = {}
    for number, file in enumerate(files):
        spec = importlib.util.spec_from_file_location(f"custom_objects_{number}", file)
        if spec is None or spec.loader is None:
            raise MigrationError("CFG050", f"{Path(file).name} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            raise MigrationError(
                "CFG050",
                f"{Path(file).name} cannot be imported in this world: {type(error).__name__}: {error}",
                "Make the file importable under tf-keras and under Keras 3.",
            ) from error
        for name, value in vars(module).items():
            defined_here = getattr(value, "__module__", None) == module.__name__
            if not name.startswith("_") and defined_here and (inspect.isclass(value) or callable(value)):
                objects[name] = value
    return objects
