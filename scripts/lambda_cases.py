"""Migrate the Lambda models of ``../shared/user_code/b-lambda`` and compare each with what its framework recorded.

Usage: ``python scripts/lambda_cases.py OUT [PYTHON …]``; versions such as ``3.11``, all by default. The recordings
are kept away from the tool: the written ``model.keras`` is loaded in stock Keras 3, safe mode on, and run on the
recorded inputs. Prints one line for each case that is not migrated and equal, and the figures of
``docs/models.md``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np

CASES = Path(__file__).resolve().parent.parent.parent / "shared" / "user_code" / "b-lambda"
TOLERANCE = 1e-5
RANDOM = {"vae_sampling": {2}}
"""Outputs that are drawn at random: position by case."""


def main(out: Path, versions: list[str]) -> None:
    """Migrate, load, compare, count."""
    import keras

    folders = [f for f in sorted(CASES.iterdir()) if not versions or f.name.rpartition("-py")[2] in versions]
    for folder in folders:
        (out / "in" / folder.name).mkdir(parents=True)
        shutil.copyfile(folder / "model.h5", out / "in" / folder.name / "model.h5")
    command = ["models", str(out / "in"), "--out", str(out / "out"), "--jobs", "1", "--progress", "none"]
    subprocess.run([sys.executable, "-m", "migrate", *command], check=False, stdout=subprocess.DEVNULL)
    report = json.loads((out / "out" / "report.json").read_text("utf-8"))
    found = {artifact["source"].partition("/")[0]: artifact for artifact in report["artifacts"]}
    equal: Counter[str] = Counter()
    for folder in folders:
        kind, _, version = folder.name.rpartition("-py")
        artifact = found[folder.name]
        if artifact["status"] != "migrated" or not artifact["outputs"]["keras"]:
            print(folder.name, artifact["status"], [f["code"] for f in artifact["findings"]])
            continue
        if artifact["outputs"].get("custom_objects") and kind not in RANDOM:
            print(folder.name, "is not stock")
            continue
        objects = _objects(out / "out", artifact)
        model = keras.saving.load_model(out / "out" / artifact["outputs"]["keras"], custom_objects=objects)
        worst = _worst(model, folder / "io.npz", RANDOM.get(kind, set()))
        if worst <= TOLERANCE:
            equal[version] += 1
        else:
            print(folder.name, "DIFFERS", worst)
    totals = Counter(folder.name.rpartition("-py")[2] for folder in folders)
    for version, total in totals.items():
        print(f"Python {version}: {equal[version]} of {total} migrated and equal to the recording")


def _objects(out: Path, artifact: dict[str, dict[str, str]]) -> dict[str, object] | None:
    from migrate.worlds.guest.custom import load_custom_objects

    own = artifact["outputs"].get("custom_objects")
    return dict(load_custom_objects([str(out / own)])) if own else None


def _worst(model: object, recording: Path, drawn: set[int]) -> float:
    """The largest difference relative to the largest magnitude of an output."""
    arrays = np.load(recording)
    inputs = [arrays[f"inputs/{i}"] for i in range(sum(name.startswith("inputs/") for name in arrays))]
    results = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)  # type: ignore[attr-defined]
    listed = results if isinstance(results, list) else [results]
    kept = [np.asarray(result) for position, result in enumerate(listed) if position not in drawn]
    worst = 0.0
    for position, result in enumerate(kept):
        expected = arrays[f"outputs/{position}"]
        assert result.shape == expected.shape
        worst = max(
            worst, float(np.max(np.abs(result - expected)) / max(float(np.max(np.abs(expected))), 1e-9))
        )
    return worst


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
