"""The output for a minimised failure: the part, its input, a script that shows it, and the text of an issue."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from migrate.capsule.model import Array, Layer, Model, structure_refs
from migrate.dialects.graphs import to_functional
from migrate.dialects.keras2_config_writer import emit_keras2
from migrate.pipeline.minimise.trial import Failure, Trial, input_refs

MODEL, CASE, SCRIPT, ISSUE, LEGACY = "model.keras", "case.npz", "reproduce.py", "issue.md", "keras2.json"
GRAPH = "keras3.json"
"""In the place of the model where Keras 3 does not build it: its configuration, nodes in the grammar of Keras 2."""
_SCRIPT = '''"""Shows that Keras 3 computes something else than tf-keras did with the same weights and inputs."""
import os
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # as in the comparison
import keras{imports}
import numpy as np
import tensorflow as tf
case = np.load("case.npz")
model = keras.saving.load_model("model.keras")
inputs = [tf.constant(case[f"inputs/{{n}}"], t.dtype) for n, t in enumerate(model.inputs)]
eager = lambda *given: model(list(given) if len(given) > 1 else given[0], training=False)
traced = tf.function(eager, input_signature=[tf.TensorSpec(t.shape, t.dtype) for t in model.inputs])
largest = 0.0
for how, call in (("eager", eager), ("traced", traced)):
    outputs = call(*inputs)
    for n, found in enumerate(outputs if isinstance(outputs, (list, tuple)) else [outputs]):
        expected, found = case[f"outputs/{{n}}"], np.asarray(found)
        print("tf-keras", expected.dtype, expected.ravel()[:8], how, found.dtype, found.ravel()[:8])
        same = expected.shape == found.shape and expected.dtype.kind == found.dtype.kind
        largest = max(largest, np.abs(expected * 1.0 - found * 1.0).max() if same else np.inf)
print("Keras", keras.__version__, "largest difference", float(largest))
'''
_RAISES = '''"""Shows that Keras 3 does not compute what tf-keras does with the same weights and inputs."""
import os
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # as in the comparison
import keras{imports}
import numpy as np
case = np.load("case.npz")
print("tf-keras", case["outputs/0"].ravel()[:8])
try:
    model = {load}
    inputs = [case[f"inputs/{{n}}"] for n in range(len(model.inputs))]
    for how in ("__call__", "predict_on_batch"):
        outputs = getattr(model, how)(inputs if len(inputs) > 1 else inputs[0])
except Exception as error:
    print("Keras", keras.__version__, type(error).__name__, error)
else:
    print("Keras", keras.__version__, outputs)
'''
_LOAD = 'keras.saving.load_model("model.keras")'
_BUILD = 'keras.models.model_from_json(open("keras3.json").read())'


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
    files, objects = _model_files(trial, failure, folder)
    names = [ref.layer for ref in structure_refs(input_refs(structure))]
    arrays = {f"inputs/{n}": failure.inputs[name] for n, name in enumerate(names)}
    arrays |= {f"outputs/{n}": array for n, array in enumerate(failure.expected)}
    np.savez_compressed(folder / CASE, **{name: _plain(array) for name, array in arrays.items()})  # type: ignore[arg-type]
    imports = "".join(f", {Path(file).stem}" for file in objects)
    if failure.raised:
        script = _RAISES.format(imports=imports, load=_LOAD if MODEL in files else _BUILD)
    else:
        script = _SCRIPT.format(imports=imports)
    (folder / SCRIPT).write_text(script, encoding="utf-8")
    (folder / ISSUE).write_text(_issue(structure, failure, script, versions), encoding="utf-8")
    return [folder / name for name in (*files, CASE, LEGACY, SCRIPT, ISSUE)]


def _model_files(trial: Trial, failure: Failure, folder: Path) -> tuple[list[str], list[str]]:
    """Write the part for Keras 3: names of what was written, and paths of the classes that it needs.

    Raises:
        MigrationError: the reader refuses the part.
    """
    if failure.stage != "build":
        saved, objects = trial.save(failure.cut)
        shutil.copyfile(saved, folder / MODEL)
        written = [MODEL]
    else:
        graph, objects = trial.graph(failure.cut)
        root = {**emit_keras2(graph), "module": f"keras.src.models.{graph.topology}"}
        root["registered_name"] = root["class_name"]
        (folder / GRAPH).write_text(json.dumps(root, indent=1, default=str), encoding="utf-8")
        written = [GRAPH]
    for file in objects:
        shutil.copyfile(file, folder / Path(file).name)
    return written, objects


def _plain(array: Array) -> Array:
    return array.astype(str) if array.dtype.kind == "O" else array


def _issue(structure: Model, failure: Failure, script: str, versions: Mapping[str, str]) -> str:
    layers = [layer for layer in structure.layers if layer.class_name != "InputLayer"]
    classes = ", ".join(dict.fromkeys(layer.class_name for layer in layers))
    where = " in a traced graph" if failure.traced else ""
    what = "not computed, as" if failure.raised else "other numbers than"
    found = failure.raised or _numbers(failure.found[0])
    model = GRAPH if failure.stage == "build" else MODEL
    described = "\n".join(f"- {_described(layer)}" for layer in structure.layers)
    used = "\n".join(f"- {name} {version}" for name, version in versions.items())
    return f"""# {classes}: {what} in Keras 2{where}

A model of {len(layers)} layer{"s" if len(layers) > 1 else ""} does not compute what tf-keras does with the same weights
and inputs: the output {failure.reason}.

## Versions

{used}

## Model

{described}

`{LEGACY}` is its configuration for tf-keras, `{model}` the model for Keras 3, `{CASE}` holds the inputs and what
tf-keras made of them.

## Expected and found

```
expected {_numbers(failure.expected[0])}
found    {found}
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
