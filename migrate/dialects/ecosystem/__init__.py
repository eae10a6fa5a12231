"""Adapters for layers of packages around Keras: one file a package, found by its name.

Packages of other people ship their own: an entry point in the group ``keras_migrate.adapters`` names a module, which is
imported after these and uses the same verbs (`migrate.dialects.foreign`); docs/ecosystem.md has an example.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from importlib.metadata import entry_points

GROUP = "keras_migrate.adapters"

for _found in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
    import_module(f"{__name__}.{_found.name}")
for _entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
    import_module(_entry.module)
