"""Migrate the models of ``../shared/user_code`` without and with their authors' code, and compare with the recordings.

Usage: ``python scripts/own_code_cases.py OUT [CASE …]``; cases such as ``a-custom/composite-h5-tf2.15``, all by
default; those of Lambdas have `lambda_cases.py`. What each is to come to stands in ``own_code_cases.tsv``. The
recordings are kept away from the tool: what it wrote is loaded in stock Keras 3, safe mode on, with nothing but the
``custom_objects.py`` beside it, and run on the recorded inputs. Prints the table of ``docs/own-code.md``; the exit
status is 1 when a case does not come to what it is to.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "user_code"
TOLERANCE = 1e-5
_LEFT = shutil.ignore_patterns("io.npz", "README.md")
OF_DTYPES = {"mixed_float16": 5e-3, "mixed_bfloat16": 2e-2}
"""What a recording may differ by where the model computes in few digits, by what the case is called."""
TOLD = {
    "a-collide/k224_own_swish": """\
from keras import backend as K

def swish(x):
    return x * K.sigmoid(1.702 * x)
""",
    "a-collide/tf215_own_gelu": """\
import tensorflow as tf

def gelu(x):
    return 0.5 * x * (1 + tf.tanh(tf.sqrt(2 / 3.141592653589793) * (x + 0.044715 * tf.pow(x, 3))))
""",
}
"""Functions that the README of a case describes and that no file of it holds."""


@dataclass(frozen=True, slots=True)
class Case:
    """One line of ``own_code_cases.tsv``: what a case comes to without and with its source, as ``STATUS [CODE]``."""

    name: str
    without: str
    with_source: str
    why: str

    @property
    def tolerance(self) -> float:
        """What the outputs may differ by, relative to the largest."""
        return next((t for part, t in OF_DTYPES.items() if part in self.name), TOLERANCE)


def main(out: Path, wanted: Sequence[str]) -> int:
    """Migrate, load, compare, print."""
    with Path(__file__).with_suffix(".tsv").open(encoding="utf-8", newline="") as stream:
        rows = [Case(*row) for row in list(csv.reader(stream, delimiter="\t"))[1:]]
    cases = [case for case in rows if not wanted or case.name in wanted]
    for case in cases:
        shutil.copytree(SHARED / case.name, out / "in" / case.name, ignore=_LEFT, dirs_exist_ok=True)
    without = _migrated(out / "in", out / "without")
    for name, text in TOLD.items():
        if (out / "in" / name).is_dir():
            (out / "in" / name / "told.py").write_text(text, "utf-8")
    given = {}
    for family in sorted({case.name.partition("/")[0] for case in cases if case.with_source}):
        # definitions of one name stand in several folders: the nearest one counts
        found = _migrated(out / "in" / family, out / "with" / family, out / "in" / family)
        given |= {f"{family}/{source}": artifact for source, artifact in found.items()}
    print("| case | without the source | with it | largest difference from the recording |")
    print("|---|---|---|---|")
    wrong = sum([not _shown(case, out, without, given) for case in cases])
    print(f"{len(cases) - wrong} of {len(cases)} come to what they are to", file=sys.stderr)
    return 1 if wrong else 0


def _migrated(folder: Path, out: Path, source: Path | None = None) -> dict[str, dict[str, Any]]:
    """The artifacts of the report of one command, by their paths below the folder."""
    command = [sys.executable, "-m", "migrate", "models", str(folder), "--out", str(out), "--jobs", "1"]
    command += ["--progress", "none", *(["--source", str(source)] if source else [])]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    report = json.loads((out / "report.json").read_text("utf-8"))
    return {artifact["source"]: artifact for artifact in report["artifacts"]}


def _shown(
    case: Case, out: Path, without: Mapping[str, dict[str, Any]], given: Mapping[str, dict[str, Any]]
) -> bool:
    """Print the row of one case; whether all of it is as it is to be."""
    first, second = _of(case, without), _of(case, given)
    got = [_outcome(first, case.without), _outcome(second, case.with_source) if case.with_source else ""]
    holds = got == [case.without, case.with_source]
    if case.with_source and first is not None and case.without.startswith("blocked"):
        hint = " ".join(finding["hint"] for finding in first["findings"])
        holds = holds and (".py:" in hint or case.name in TOLD)
    worst = None
    family = case.name.partition("/")[0]
    for artifact, folder in ((first, out / "without"), (second, out / "with" / family)):
        if artifact is not None and artifact["status"] == "migrated":
            found = difference(folder, artifact, SHARED / case.name / "io.npz")
            if found is not None:
                worst = max(worst or 0.0, found)
    holds = holds and (worst is None or worst <= case.tolerance)
    told = "–" if worst is None else f"{worst:.1e}"
    mark = "" if holds else " **not as it is to be**"
    print(
        f"| {case.name} | {got[0]} | {got[1] or '–'} | {told}{mark}{f' ({case.why})' if case.why else ''} |"
    )
    return holds


def _of(case: Case, artifacts: Mapping[str, dict[str, Any]]) -> dict[str, Any] | None:
    """The artifact of a case; of several the migrated one, because architectures beside weights are rows, too."""
    found = [artifact for source, artifact in artifacts.items() if source.startswith(f"{case.name}/")]
    return min(found, key=lambda artifact: artifact["status"] != "migrated") if found else None


def _outcome(artifact: Mapping[str, Any] | None, expected: str) -> str:
    """Status, and the expected code where the artifact has it; without one, the code that decided."""
    if artifact is None:
        return "not a model"
    codes = [finding["code"] for finding in artifact["findings"]]
    code = expected.partition(" ")[2]
    if not code and artifact["status"] != "migrated":
        code = next((f["code"] for f in artifact["findings"] if f["severity"] in ("error", "unsafe")), "")
    return f"{artifact['status']} {code}" if code in codes else artifact["status"]


def difference(out: Path, artifact: Mapping[str, Any], recording: Path) -> float | None:
    """The largest difference of what was written from a recording; None where there is none of arrays."""
    if not recording.is_file():
        return None
    with np.load(recording, allow_pickle=True) as recorded:
        inputs = [recorded[f"inputs/{n}"] for n in range(_count(recorded, "inputs"))]
        outputs = [recorded[f"outputs/{n}"] for n in range(_count(recorded, "outputs"))]
    if not inputs or any(array.dtype == object for array in [*inputs, *outputs]):
        return None
    found = [_worst(list(run), outputs) for run in _runs(out, artifact["outputs"], inputs)]
    return max(found) if found else None


def _count(recorded: Any, side: str) -> int:
    return sum(name.startswith(f"{side}/") for name in recorded.files)


def _runs(out: Path, written: Mapping[str, str], inputs: list[Any]) -> Iterator[list[Any]]:
    """Outputs of ``model.keras`` and of the SavedModel's signature, whichever were written."""
    import keras
    import tensorflow as tf

    if written.get("keras"):
        own = written.get("custom_objects")
        with keras.saving.custom_object_scope(_definitions(out / own) if own else {}):
            model = keras.saving.load_model(out / written["keras"], compile=False)
        yield keras.tree.flatten(model(inputs if len(inputs) > 1 else inputs[0], training=False))
    elif written.get("saved_model"):
        loaded = tf.saved_model.load(str(out / written["saved_model"]))
        signature = loaded.signatures["serving_default"]
        specs = signature.structured_input_signature[1]
        if len(specs) != len(inputs):
            return
        given = {
            name: tf.cast(array, spec.dtype)
            for (name, spec), array in zip(sorted(specs.items()), inputs, strict=True)
        }
        results = signature(**given)
        yield [results[name] for name in sorted(results)]


def _definitions(file: Path) -> dict[str, Any]:
    """Run ``custom_objects.py``, which registers what the model needs."""
    namespace: dict[str, Any] = {"__name__": f"custom_objects_{file.parent.parent.name}"}
    exec(compile(file.read_text("utf-8"), str(file), "exec"), namespace)
    return {}


def _worst(results: Sequence[Any], expected: Sequence[Any]) -> float:
    """The largest difference, relative to the largest magnitude of an output."""
    assert len(results) == len(expected), f"{len(results)} outputs where {len(expected)} were recorded"
    worst = 0.0
    for result, wanted in zip(results, expected, strict=True):
        array = np.asarray(result).astype(wanted.dtype)
        assert array.shape == wanted.shape
        scale = max(float(np.max(np.abs(wanted))), 1e-9)
        worst = max(worst, float(np.max(np.abs(array.astype("float64") - wanted))) / scale)
    return worst


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2:]))
