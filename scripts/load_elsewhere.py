"""Load migrated ``.keras`` files in an environment that holds stock Keras and a backend, and compare again.

    KERAS_BACKEND=jax PYTHON scripts/load_elsewhere.py OUT

PYTHON is the interpreter of any environment with Keras 3: this file imports numpy and keras, and nothing of the
project. Every ``model.keras`` below OUT is loaded with ``keras.saving.load_model(path)`` (with the objects of a
``custom_objects.py`` beside it) and called with the inputs of its ``proof.npz``; models that take strings run on the
TensorFlow backend only. Exit status 1 when one differs.
"""

import importlib.util
import sys
from pathlib import Path

import keras
import numpy as np

TOLERANCE = 1e-5
TOLERANCE_IN_HALF = 1e-2
"""Relative to the largest value; bfloat16 has eight bits."""
NEEDS_TENSORFLOW = "requires TensorFlow"
"""What Keras says of its lookup layers on other backends."""


def custom_objects(folder: Path) -> None:
    """Register what stands beside the model."""
    file = folder / "custom_objects.py"
    if file.is_file():
        spec = importlib.util.spec_from_file_location("custom_objects", file)
        assert spec is not None
        assert spec.loader is not None
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


def check(folder: Path) -> str:
    """``equal``, ``skipped: why`` or what is wrong."""
    with np.load(folder / "proof.npz") as file:
        recorded = {name: file[name] for name in file.files}
    names = sorted((n for n in recorded if n.startswith("inputs/")), key=lambda n: int(n[7:]))
    inputs = [recorded[name] for name in names]
    if any(a.dtype.kind in "US" for a in recorded.values()) and keras.backend.backend() != "tensorflow":
        return "skipped: strings need the TensorFlow backend"
    custom_objects(folder)
    model = keras.saving.load_model(folder / "model.keras", compile=False)
    tensors = [
        keras.ops.convert_to_tensor(a, dtype=str(t.dtype)) for a, t in zip(inputs, model.inputs, strict=True)
    ]
    structure = getattr(model, "_inputs_struct", None)
    arranged = tensors[0] if structure is None else keras.tree.pack_sequence_as(structure, tensors)
    outputs = [keras.ops.convert_to_numpy(o) for o in keras.tree.flatten(model(arranged, training=False))]
    worst = 0.0
    for position, output in enumerate(outputs):
        expected = recorded[f"outputs/{position}"]
        if expected.dtype.kind not in "fiub":
            continue
        error = np.abs(expected.astype("float64") - output.astype("float64")).max(initial=0.0)
        worst = max(worst, float(error) / max(float(np.abs(expected).max(initial=0.0)), 1e-7))
    policies = {str(layer.dtype_policy.compute_dtype) for layer in model._flatten_layers()}
    bound = TOLERANCE_IN_HALF if policies & {"float16", "bfloat16"} else TOLERANCE
    return "equal" if worst <= bound else f"differs by {worst:.1e}"


def main() -> None:
    """Check every model below the folder given."""
    found: dict[str, int] = {}
    for proof in sorted(Path(sys.argv[1]).rglob("proof.npz")):
        if not (proof.parent / "model.keras").is_file():
            continue
        try:
            outcome = check(proof.parent)
        except Exception as error:  # noqa: BLE001 - counted and printed: this is what the script is for
            said = " ".join(str(error).split())
            outcome = f"{type(error).__name__}: {said[:160]}"
            if NEEDS_TENSORFLOW in said:
                outcome = "skipped: a layer needs TensorFlow"
        kind = outcome.split(":")[0].split(" by ")[0]
        found[kind] = found.get(kind, 0) + 1
        if kind not in ("equal", "skipped"):
            print(f"{proof.parent}: {outcome}")
    print(f"keras {keras.__version__} on {keras.backend.backend()}: {found}")
    sys.exit(0 if set(found) <= {"equal", "skipped"} else 1)


if __name__ == "__main__":
    main()
