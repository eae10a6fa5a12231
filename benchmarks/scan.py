"""Speed of the scan, and its findings beside modelscan's on the same files.

    python benchmarks/scan.py [--modelscan PATH_TO_ITS_EXECUTABLE] [--benign 100]

Prints files a second on small files, time and memory on a 500 MB HDF5 file, and, when modelscan is given,
detection, false alarms and time of both on the exploit files of the tests and on the authentic models.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import h5py  # noqa: E402
import numpy as np  # noqa: E402

from migrate.batch.scanner import scan_roots  # noqa: E402
from tests.scan import exploits  # noqa: E402
from tests.scan.exploits import graph, layer, node, saved_model, sequential  # noqa: E402


def hostile(folder: Path) -> dict[str, Path]:
    """One harmless exploit of each kind, under names that scanners by suffix look at."""
    folder.mkdir()
    marker, secret = folder.parent / "marker", folder.parent / "secret"
    secret.write_bytes(b"secret" * 10)
    with h5py.File(folder.parent / "other.h5", "w") as file:
        file["secret"] = np.arange(4.0)
    evil = exploits.lambda_h5(folder / "lambda.h5", marker)
    lambda_layer = layer(
        "Lambda",
        {"name": "l", "function": exploits.bytecode(marker), "function_type": "lambda"},
    )
    gadget = {"module": "os", "class_name": "function", "config": "system", "registered_name": "function"}
    (folder / "pickle.pkl").write_bytes(exploits.evil_pickle(marker))
    files = {
        "Lambda, HDF5": evil,
        "Lambda, HDF5 of another suffix": exploits.lambda_h5(folder / "lambda.hdf5", marker),
        "Lambda, archive": exploits.archive(folder / "lambda.keras", sequential(lambda_layer)),
        "Lambda in a nested model": exploits.h5_model(
            folder / "nested.h5", sequential(sequential(lambda_layer))
        ),
        "Lambda in a wrapper": exploits.h5_model(
            folder / "wrapped.h5", sequential(layer("TimeDistributed", {"name": "t", "layer": lambda_layer}))
        ),
        "module gadget (CVE-2025-1550)": exploits.archive(folder / "gadget.keras", sequential(gadget)),
        "Keras' own function (CVE-2025-8747)": exploits.archive(
            folder / "getfile.keras", sequential({**gadget, "module": "keras.utils", "config": "get_file"})
        ),
        "TorchModuleWrapper (CVE-2025-49655)": exploits.torch_wrapper(folder / "torch.keras", marker),
        "vocabulary path (CVE-2025-12058)": exploits.vocabulary(folder / "vocabulary.h5", secret),
        "external storage (CVE-2026-1669)": exploits.external_storage(folder / "external.h5", secret),
        "external link": exploits.external_link(folder / "link.h5", folder.parent / "other.h5"),
        "shape bomb (CVE-2026-0897)": exploits.shape_bomb(folder / "bomb.h5"),
        "traversing member": exploits.archive(folder / "slip.keras", sequential(), **{"../../evil": b"x"}),
        "TFSMLayer": exploits.archive(
            folder / "tfsm.keras", sequential(layer("TFSMLayer", {"filepath": "/x"}))
        ),
        "graph reads a file": saved_model(folder / "read", graph(node("x", "ReadFile"))),
        "graph calls Python": saved_model(folder / "python", graph(node("x", "EagerPyFunc"))),
        "graph writes, in a function": saved_model(
            folder / "function", graph(functions={"f": [node("x", "WriteFile")]})
        ),
        "pickle": folder / "pickle.pkl",
    }
    with_pickle = exploits.archive(
        folder / "inner.keras", sequential(), **{"assets/p": exploits.evil_pickle(marker)}
    )
    return {**files, "pickle in an archive": with_pickle}


def ours(paths: list[Path]) -> tuple[dict[Path, str], float]:
    """Verdict of each path, and seconds for all."""
    began = time.perf_counter()
    found = {root: scan.verdict for root, scan in scan_roots(paths)}
    return found, time.perf_counter() - began


def theirs(executable: Path, paths: list[Path]) -> tuple[dict[Path, str], float]:
    """The same by modelscan, one call a path as it offers no other; exit 1 is an alarm, 0 clean, else no answer."""
    found = {}
    began = time.perf_counter()
    for path in paths:
        done = subprocess.run([str(executable), "-p", str(path)], capture_output=True, check=False)
        found[path] = {0: "clean", 1: "unsafe"}.get(done.returncode, "no answer")
    return found, time.perf_counter() - began


def large(path: Path) -> None:
    """A model of 500 MB in 50 layers."""
    exploits.h5_model(path, sequential(*(layer("Dense", {"name": f"d{i}", "units": 1}) for i in range(50))))
    with h5py.File(path, "a") as file:
        for index in range(50):
            file.create_dataset(f"model_weights/d{index}/kernel:0", data=np.full((2500, 1000), index, "f4"))


def main() -> None:
    """Measure and print one JSON value."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--modelscan", type=Path, help="its executable; with TensorFlow, or it reads no SavedModel"
    )
    parser.add_argument("--benign", type=int, default=100, help="how many authentic models")
    arguments = parser.parse_args()
    result: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        small = folder / "small"
        small.mkdir()
        for index in range(1000):
            exploits.h5_model(
                small / f"{index}.h5", sequential(layer("Dense", {"name": f"d{index}", "units": 1}))
            )
        began, worked = time.perf_counter(), _processor_seconds()
        count = sum(1 for _ in scan_roots([small]))
        seconds, worked = time.perf_counter() - began, _processor_seconds() - worked
        result["small"] = {
            "files": count,
            "seconds": round(seconds, 2),
            "per_second": round(count / seconds),
            "per_processor_second": round(count / worked),
        }
        large(folder / "large.h5")
        began = time.perf_counter()
        list(scan_roots([folder / "large.h5"]))
        result["large"] = {
            "megabytes": (folder / "large.h5").stat().st_size >> 20,
            "seconds": round(time.perf_counter() - began, 2),
            "peak_mb_of_any_child": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10,
        }
        bad = hostile(folder / "hostile")
        good = sorted(
            path for path in (ROOT / "legacy_models").rglob("model.*") if path.suffix in (".h5", ".keras")
        )
        good = [path for path in good if path.parents[1].name != "broken"]  # one of those links to /etc
        good = [path for path in good if b"lambda" not in path.read_bytes().lower()][: arguments.benign]
        found, seconds = ours([*bad.values(), *good])
        table = {name: {"ours": found[path]} for name, path in bad.items()}
        summary = {"ours": _summary(found, bad, good, seconds)}
        if arguments.modelscan:
            other, seconds = theirs(arguments.modelscan, [*bad.values(), *good])
            for name, path in bad.items():
                table[name]["modelscan"] = other[path]
            summary["modelscan"] = _summary(other, bad, good, seconds)
        result["detection"], result["summary"] = table, summary
    print(json.dumps(result, indent=2))


def _processor_seconds() -> float:
    """Of this process and its ended children: what other work on the machine does not distort."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _summary(
    found: dict[Path, str], bad: dict[str, Path], good: list[Path], seconds: float
) -> dict[str, object]:
    return {
        "detected": sum(found[path] == "unsafe" for path in bad.values()),
        "hostile": len(bad),
        "false_alarms": sum(found[path] == "unsafe" for path in good),
        "no_answer": sum(found[path] == "no answer" for path in [*bad.values(), *good]),
        "benign": len(good),
        "seconds": round(seconds, 2),
    }


if __name__ == "__main__":
    main()
