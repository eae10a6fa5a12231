"""Migrate models that were drawn at random, and ask each for what its own framework recorded.

``legacy_models/write/draw_models.py`` writes them, with recordings that lie apart, so that the migration cannot see
them. Here a folder of them is migrated in one run of the command; then stock Keras 3 loads every model that is called
migrated and computes the recorded outputs, and of compiled ones the recorded further step.

    python scripts/hunt.py FOLDER... [--jobs 1] [--to keras] [--only NAME] [--layers] [--no-migration]

A migrated model that does not load, does not run, or has another number of outputs is a fault like one that computes
something else; the models after it are asked all the same.

Exit status 1 when there is such a fault, or an artifact ends as RUN005.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from migrate.parity.compare import Comparison, compare_arrays  # noqa: E402

TOLERANCE = 2e-5
MOST_ROUNDING = 5e-4
"""A recording that is farther from what float64 gives, beside its scale, is another result."""
AFTER_STEP = 1e-3
"""How far weights may be from the recorded ones after one step, beside the size of their array."""
STOCK_NAMES = "swish,gelu,selu,elu,exponential"
WRONG = ("wrong and migrated", "migrated and not usable", "RUN005", "without a record")
"""Counts that must be zero."""


def migrate(folder: Path, jobs: int, targets: str) -> None:
    """One run of the command over the drawn models; finished ones are passed over."""
    command = [
        sys.executable,
        "-m",
        "migrate",
        "models",
        str(folder / "models"),
        "--out",
        str(folder / "out"),
    ]
    options = [
        "--jobs",
        str(jobs),
        "--to",
        targets,
        "--progress",
        "none",
        "--skip-untouched",
        "--stock-names",
        STOCK_NAMES,
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([*command, *options], env=environment, stdout=subprocess.DEVNULL, check=False)


def numbered(arrays: Mapping[str, Any], prefix: str) -> list[Any]:
    """``prefix/0``, ``prefix/1``, … of a recording."""
    return [arrays[f"{prefix}/{n}"] for n in range(sum(key.startswith(f"{prefix}/") for key in arrays))]


def load(path: Path) -> Any:
    """The migrated model, with the classes that lie beside it."""
    import keras

    beside = path.with_name("custom_objects.py")
    if beside.is_file():
        spec = importlib.util.spec_from_file_location(f"custom_{path.parent.name}", beside)
        assert spec is not None
        assert spec.loader is not None
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return keras.saving.load_model(path)


def output_faults(model: Any, path: Path, recorded: Mapping[str, Any]) -> Iterator[str]:
    """Outputs that differ from their recordings by more than rounding.

    A model may magnify rounding: where float32 is beyond the tolerance, the same model in float64 decides.
    """
    found = outputs_of(model, recorded)
    expected = numbered(recorded, "outputs")
    parts = [
        compare(number, a, b, TOLERANCE) for number, (a, b) in enumerate(zip(expected, found, strict=True))
    ]
    if all(part.equal for part in parts):
        return
    exact = outputs_of(in_float64(model, path), recorded)
    for part, a, b, c in zip(parts, expected, found, exact, strict=True):
        rounding = np.max(np.abs(a - c), initial=0.0) / np.max(np.abs(c), initial=1e-30)
        if not part.equal and not (rounding < MOST_ROUNDING and compare(0, b, c, 4 * rounding).equal):
            yield f"{part.name}: {part.reason}; float64 is {rounding:.1e} from the recording"


def compare(number: int, expected: Any, found: Any, relative: float) -> Comparison:
    """One output against what it should be."""
    return compare_arrays(f"output {number}", expected, np.asarray(found, expected.dtype), relative=relative)


def outputs_of(model: Any, recorded: Mapping[str, Any]) -> list[Any]:
    """What a model makes of the recorded inputs."""
    found = model(given(model, recorded), training=False)
    return [np.asarray(one) for one in (found if isinstance(found, list | tuple) else [found])]


def in_float64(model: Any, path: Path) -> Any:
    """The same layers and weights in float64."""
    import keras

    config = json.loads(zipfile.ZipFile(path).read("config.json").replace(b'"float32"', b'"float64"'))
    config.pop("compile_config", None)
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    try:
        exact = keras.saving.deserialize_keras_object(config)
    finally:
        keras.config.set_floatx(before)
    exact.set_weights([np.asarray(w, "float64") if w.dtype == np.float32 else w for w in model.get_weights()])
    return exact


def given(model: Any, recorded: Mapping[str, Any]) -> Any:
    """The recorded inputs as the model takes them."""
    inputs = numbered(recorded, "inputs")
    return inputs if len(model.inputs) > 1 else inputs[0]


def step_fault(model: Any, recorded: Mapping[str, Any]) -> str:
    """The weights' largest distance from the recorded further step, if it is more than rounding; else nothing."""
    targets = numbered(recorded, "targets")
    model.run_eagerly, model.jit_compile = True, False
    before = [(variable, np.array(variable)) for variable in model.weights]
    model.train_on_batch(given(model, recorded), targets if len(targets) > 1 else targets[0])
    expected = [np.sort(a, axis=None) for a in numbered(recorded, "weights")]
    for variable, held in before:  # their order and layout may be others: each must be among the recorded
        made = np.sort(np.asarray(variable), axis=None)
        same = [e for e in expected if e.size == made.size]
        written = not variable.trainable and np.array_equal(
            held, np.asarray(variable)
        )  # such as what cuts patches
        if same and not written and "seed" not in variable.path:
            distance = min(
                float(np.abs(e - made).max(initial=0.0) / (np.abs(e).max(initial=0.0) + 1e-3)) for e in same
            )
            if distance > AFTER_STEP:
                return f"{variable.path} is {distance:.1e} off"
    return ""


def name_of(source: str) -> str:
    """The drawn name of an artifact."""
    for suffix in (".weights.h5", ".h5", ".keras", ".json"):
        source = source.removesuffix(suffix)
    return source


def drawings(folder: Path) -> Counter[str]:
    """How many numbers were drawn, and how many of them their framework refused."""
    counts: Counter[str] = Counter()
    for path in sorted((folder / "recorded").glob("*.drawn.json")):
        drawn = json.loads(path.read_text())
        counts["drawn"] += drawn["drawn"]
        counts["refused by their own framework"] += len(drawn["refused"])
    return counts


def judge(folder: Path, only: str) -> tuple[Counter[str], list[str]]:
    """Count what became of the models, and describe what is wrong."""
    import keras

    report = json.loads((folder / "out" / "report.json").read_text())
    counts = drawings(folder)
    faults: list[str] = []
    asked = set()
    for artifact in report["artifacts"]:
        name = name_of(artifact["source"])
        if only not in name:
            continue
        asked.add(name)
        status = artifact["status"]
        counts[status] += 1
        if any(finding["code"] == "RUN005" for finding in artifact["findings"]):
            counts["RUN005"] += 1
        if status != "migrated":
            findings = [one for one in artifact["findings"] if one["severity"] != "info"]
            reason = findings[-1] if findings else artifact["findings"][-1]
            faults.append(f"{name}: {status} {reason['code']} {reason['message'][:160]}")
        elif artifact["outputs"]["keras"] is None:
            counts["migrated as a SavedModel alone"] += 1
        else:
            faults += wrong(folder, name, artifact, counts)
            keras.backend.clear_session()
    written = {path.stem for path in (folder / "recorded").glob("*.npz") if only in path.stem}
    for name in sorted(written - asked):
        counts["without a record"] += 1
        faults.append(f"{name}: stands in no report")
    return counts, faults


def layers_in(folder: Path) -> Counter[str]:
    """In how many of the migrated models each class of layer stands, those inside other layers left out."""
    counts: Counter[str] = Counter()
    for artifact in json.loads((folder / "out" / "report.json").read_text())["artifacts"]:
        if artifact["status"] == "migrated" and artifact["outputs"]["keras"] is not None:
            facts = json.loads((folder / "recorded" / f"{name_of(artifact['source'])}.json").read_text())
            counts.update(set(facts["layers"]))
    return counts


def wrong(folder: Path, name: str, artifact: Mapping[str, Any], counts: Counter[str]) -> Iterator[str]:
    """What a model that is called migrated computes otherwise than its framework recorded."""
    path = folder / "out" / artifact["outputs"]["keras"]
    with np.load(folder / "recorded" / f"{name}.npz") as held:
        recorded = dict(held)
    counts["compared"] += 1
    record = json.loads((path.parent / "migration.json").read_text())
    stepped = record["training"].get("step", {}).get("state") == "equal" and bool(
        numbered(recorded, "targets")
    )
    try:
        model = load(path)
        found = list(output_faults(model, path, recorded))
        step = step_fault(model, recorded) if stepped else ""
    except Exception as error:  # noqa: BLE001 - whatever stock Keras says of a model that was called migrated
        counts["migrated and not usable"] += 1
        yield f"{name}: NOT USABLE {type(error).__name__}: {' '.join(str(error).split())[:300]}"
        return
    counts["wrong and migrated"] += bool(found)
    yield from (f"{name}: WRONG {fault}" for fault in found)
    counts["steps compared"] += stepped
    if step:
        counts["steps called equal and wrong"] += 1
        yield f"{name}: STEP {step}"


def main() -> int:
    """Migrate and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+", help="what draw_models.py wrote")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument(
        "--to", default="keras", help="what is written; the outputs of the .keras are compared"
    )
    parser.add_argument("--only", default="", help="part of the names of the models that are judged")
    parser.add_argument(
        "--layers", action="store_true", help="also count the migrated models of each class of layer"
    )
    parser.add_argument("--no-migration", action="store_true", help="judge what an earlier run migrated")
    arguments = parser.parse_args()
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    total: Counter[str] = Counter()
    for folder in arguments.folders:
        if not arguments.no_migration:
            migrate(folder, arguments.jobs, arguments.to)
        counts, faults = judge(folder, arguments.only)
        total += counts
        print("\n".join([*faults, f"{folder.name}: {described(counts)}"]), flush=True)
        if arguments.layers:
            print(f"{folder.name}: {described(layers_in(folder))}")
    if len(arguments.folders) > 1:
        print(f"all: {described(total)}")
    return int(any(total[what] for what in WRONG))


def described(counts: Mapping[str, int]) -> str:
    """Counts in one line."""
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))


if __name__ == "__main__":
    sys.exit(main())
