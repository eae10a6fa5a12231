"""Every target of the table exists in the modern world. Runs in a process of its own: Keras is not imported here."""

from __future__ import annotations

import subprocess
import sys

import pytest

from migrate.dialects.keras3.operations.table import FUNCTIONS

SCRIPT = """
import sys, keras
from migrate.worlds.modern.operations.call import COMPOSITES
missing = []
for name in sys.argv[1].split(","):
    kind, _, rest = name.partition(".")
    if kind == "composite":
        missing += [name] if rest not in COMPOSITES else []
        continue
    target = keras
    for step in rest.split("."):
        target = getattr(target, step, None)
    missing += [name] if target is None else []
print("missing:" + ",".join(missing))
"""


@pytest.mark.slow
def test_targets_exist() -> None:
    targets = ",".join(sorted({target.function for target in FUNCTIONS.values()}))
    done = subprocess.run([sys.executable, "-c", SCRIPT, targets], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "missing:"
