"""The output for a minimised failure: the part, its input, a script that shows it, and the text of an issue."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from migrate.capsule.model import Array, Layer, Model, structure_refs
from migrate.dialects.graphs import to_functional
from migrate.pipeline.minimise.trial import Failure, Trial, input_refs

MODEL, CASE, SCRIPT, ISSUE, LEGACY = "model.keras", "case.npz", "reproduce.py", "issue.md", "keras2.json"
_SCRIPT = '''"""Shows that Keras 3 computes something else than tf-keras did with the same weights and inputs."""
{imports}
import keras
import numpy as np

case = np.load("case.npz")
model = keras.saving.load_model("model.keras")
inputs = [case[f"inputs/{{n}}"] for n in range(len(model.inputs))]
outputs = {call}
outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
largest = 0.0
for n, found in enumerate(outputs):
    expected, found = case[f"outputs/{{n}}"], np.asarray(found)
    print("tf-keras", expected.ravel()[:8], "Keras", keras.__version__, found.ravel()[:8])
    same = expected.shape == found.shape
    largest = max(largest, float(np.abs(expected - found).max()) if same else np.inf)
print("largest difference", largest)
'''
_EAGER = "model(inputs if len(inputs) > 1 else inputs[0], training=False)"
_TRACED = "model.predict_on_batch(inputs if len(inputs) > 1 else inputs[0])"


def write_failure(trial: Trial, failure: Failure, folder: Path, versions: Mapping[str, str]) -> list[Path]:
    """Write all files; creates the folder.

    Args:
        trial: that found it.
        failure: the smallest one.
        folder: of the files.
        versions: name of a package to its version, for the issue.

    Raises:
        MigrationError: the part can no longer be built.
    """
    folder.mkdir(parents=True, exist_ok=True)
    trial.build(failure.cut)
    structure = to_functional(trial.structure())
    shutil.copyfile(trial.slot.reader.scratch / LEGACY, folder / LEGACY)
    saved, objects = trial.save(failure.cut)
    shutil.copyfile(saved, folder / MODEL)
    for file in objects:
        shutil.copyfile(file, folder / Path(file).name)
    names = [ref.layer for ref in structure_refs(input_refs(structure))]
    arrays = {f"inputs/{n}": failure.inputs[name] for n, name in enumerate(names)}
    arrays |= {f"outputs/{n}": array for n, array in enumerate(failure.expected)}
    np.savez_compressed(folder / CASE, **{name: _plain(array) for name, array in arrays.items()})  # type: ignore[arg-type]
    imports = "".join(f"import {Path(file).stem}\n" for file in objects)
    script = _SCRIPT.format(imports=imports, call=_TRACED if failure.traced else _EAGER)
    (folder / SCRIPT).write_text(script, encoding="utf-8")
    (folder / ISSUE).write_text(_issue(structure, failure, script, versions), encoding="utf-8")
    return [folder / name for name in (MODEL, CASE, LEGACY, SCRIPT, ISSUE)]


def _plain(array: Array) -> Array:
    return array.astype(str) if array.dtype.kind == "O" else array


def _issue(structure: Model, failure: Failure, script: str, versions: Mapping[str, str]) -> str:
    layers = [layer for layer in structure.layers if layer.class_name != "InputLayer"]
    classes = ", ".join(dict.fromkeys(layer.class_name for layer in layers))
    where = " in a traced graph" if failure.traced else ""
    described = "\n".join(f"- {_described(layer)}" for layer in structure.layers)
    used = "\n".join(f"- {name} {version}" for name, version in versions.items())
    return f"""# {classes}: other numbers than in Keras 2{where}

A model of {len(layers)} layer{"s" if len(layers) > 1 else ""} computes something else than tf-keras does with the same
weights and inputs: the output {failure.reason}.

## Versions

{used}

## Model

{described}

`{LEGACY}` is its configuration for tf-keras, `{MODEL}` the model for Keras 3, `{CASE}` holds the inputs and what
tf-keras made of them.

## Expected and found

```
expected {_numbers(failure.expected[0])}
found    {_numbers(failure.found[0])}
```

## To reproduce

```python
{script}```
"""


def _described(layer: Layer) -> str:
    inside = (
        f" around {', '.join(child.class_name for child in layer.children.values())}"
        if layer.children
        else ""
    )
    kept = {key: value for key, value in layer.config.items() if _says_something(value)}
    return f"`{layer.class_name}` {layer.name!r}{inside}: `{json.dumps(kept, default=str)[:300]}`"


def _says_something(value: object) -> bool:
    return isinstance(value, bool | int | float | str | list) and value not in ("", [])


def _numbers(array: Array) -> str:
    return " ".join(
        f"{value:.7g}" if isinstance(value, float) else str(value) for value in array.ravel()[:8].tolist()
    )
