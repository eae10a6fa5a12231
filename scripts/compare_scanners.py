"""What this scan and three others find on the same hostile files, as the table of docs/threat-model.md.

    python scripts/compare_scanners.py [--modelaudit EXE] [--modelscan EXE] [--picklescan EXE] [--missed]

The files are those of the tests: each published hole, each disguise with the plain form of the same attack, and
authentic models, in which nothing should be found. They are written into a temporary folder and never loaded. A
scanner that is not given, nor on the path, is left out; `make scanners` makes an environment for each. Exit status: 1
when one of the others finds something in a hostile file that is clean here.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from migrate.scan.files import scan_tree  # noqa: E402
from migrate.scan.rules import BY_CODE  # noqa: E402
from tests.scan import exploits  # noqa: E402
from tests.scan.exploits import graph, node, saved_model, sequential  # noqa: E402
from tests.scan.test_hidden_forms import FORMS  # noqa: E402

Case = tuple[str, str]
"""The kind, and the name in it."""


def _array(folder: Path) -> Path:
    import numpy as np

    path = folder / "a.npy"
    np.save(path, np.array([exploits._Runs(folder / "marker")], dtype=object), allow_pickle=True)
    return path


PUBLISHED, AUTHENTIC = "published holes", "authentic models, in which nothing should be found"
HOLES: dict[str, Callable[[Path], Path]] = {
    "CVE-2024-3660, CVE-2025-9905: bytecode": lambda f: exploits.lambda_h5(f / "m.h5", f / "marker"),
    "CVE-2025-1550: any module": lambda f: exploits.import_gadget(f / "m.keras"),
    "CVE-2025-8747: get_file": lambda f: exploits.get_file(f / "m.keras", "legacy", f),
    "CVE-2025-9906: safe mode switched off": lambda f: exploits.unsafe_switch(
        f / "m.keras", "modern", f / "marker"
    ),
    "CVE-2025-49655: PyTorch module": lambda f: exploits.torch_wrapper(f / "m.keras", f / "marker"),
    "CVE-2025-12058: vocabulary": lambda f: exploits.vocabulary(f / "m.h5", f / "secret"),
    "CVE-2025-12060: link in a tar": lambda f: exploits.escaping_tar(f / "m.tar.gz", "x"),
    "CVE-2026-0897: declared size": lambda f: exploits.shape_bomb(f / "m.h5"),
    "CVE-2026-1669: external storage": lambda f: exploits.external_storage(f / "m.h5", f / "secret"),
    "keras#22035: TFSMLayer": lambda f: exploits.loads_saved_model(f / "m.keras", f / "other"),
    "CVE-2019-6446: array of objects": _array,
    "HDF5: external link": lambda f: exploits.external_link(f / "m.h5", f / "other.h5"),
    "HDF5: virtual dataset": lambda f: exploits.virtual_dataset(f / "m.h5", f / "other.h5"),
    "archive: member that climbs": lambda f: exploits.archive(
        f / "m.keras", sequential(), **{"../../x": b"x"}
    ),
    "graph: Python": lambda f: saved_model(f / "m", graph(node("x", "EagerPyFunc"))),
}


def write(root: Path) -> dict[Path, Case]:
    """Every case in a folder of its own, without what its builder needed on the way."""
    made: dict[Path, Case] = {}

    def add(kind: str, name: str, build: Callable[[Path], Path]) -> None:
        folder, workshop = root / f"{len(made):03d}", root.parent / f"workshop-{len(made):03d}"
        folder.mkdir()
        workshop.mkdir()
        path = build(workshop)
        path.rename(folder / path.name)
        made[folder] = (kind, name)

    for name, build in HOLES.items():
        add(PUBLISHED, name, build)
    for name, (code, plain, hidden) in FORMS.items():
        add(f"{code} {BY_CODE[code].name}, plain", name, plain)
        add(f"{code} {BY_CODE[code].name}, in disguise", name, hidden)
    for path in authentic():
        add(AUTHENTIC, path.relative_to(ROOT).as_posix(), partial(_copy, path))
    return made


def authentic() -> list[Path]:
    """Models that old frameworks wrote, each third, without those that hold bytecode or are there to be broken."""
    models = [
        scan for scan in scan_tree(ROOT / "legacy_models") if scan.kind in ("hdf5", "archive", "saved-model")
    ]
    plain = [scan.path for scan in models if all(finding.code != "SEC001" for finding in scan.findings)]
    return [path for path in plain if "broken" not in path.parts and path.stem in ("model", "saved_model")][
        ::3
    ]


def _copy(path: Path, folder: Path) -> Path:
    target = folder / path.name
    return shutil.copytree(path, target) if path.is_dir() else shutil.copyfile(path, target)


def ours(root: Path) -> set[Path]:
    """Folders in which something is found; a warning counts, as it does for the others."""
    return {folder_of(scan.path, root) for scan in scan_tree(root) if scan.verdict != "clean"}


def modelaudit(executable: str, root: Path) -> set[Path]:
    """Issues of 0.2; ``info`` and ``debug`` are remarks. A location names the file, and what is inside it."""
    report = root.parent / "modelaudit.json"
    command = [executable, "scan", "--format", "json", "--no-cache", "--output", str(report), str(root)]
    silent = {**os.environ, "PROMPTFOO_DISABLE_TELEMETRY": "1"}
    subprocess.run(command, capture_output=True, check=False, env=silent)
    issues = json.loads(report.read_text("utf-8"))["issues"]
    return {
        folder_of(Path(issue["location"]), root)
        for issue in issues
        if issue["severity"] in ("critical", "warning") and str(issue.get("location")).startswith(str(root))
    }


def modelscan(executable: str, root: Path) -> set[Path]:
    """Issues of 0.8, each with the source that it is in."""
    report = root.parent / "modelscan.json"
    command = [executable, "--path", str(root), "--reporting-format", "json", "--output-file", str(report)]
    subprocess.run(command, capture_output=True, check=False)
    issues = json.loads(report.read_text("utf-8"))["issues"]
    return {folder_of(root / issue["source"], root) for issue in issues}


def picklescan(executable: str, root: Path) -> set[Path]:
    """Exit status 1 of 1.0, one call a folder: one file that it cannot read ends it."""
    return {
        folder
        for folder in root.iterdir()
        if subprocess.run([executable, "--path", str(folder)], capture_output=True, check=False).returncode
        == 1
    }


def folder_of(path: Path, root: Path) -> Path:
    """The case that a file belongs to."""
    return root / path.relative_to(root).parts[0]


OTHERS = {"modelaudit": modelaudit, "modelscan": modelscan, "picklescan": picklescan}


def table(made: dict[Path, Case], found: dict[str, set[Path]]) -> str:
    """How many cases of each kind each scanner finds, as Markdown."""
    kinds = Counter(kind for kind, _ in made.values())
    lines = [f"| files | {' | '.join(found)} |", f"|---|{'---|' * len(found)}"]
    for kind in sorted(kinds, key=lambda kind: (kind == AUTHENTIC, kind != PUBLISHED, kind)):
        counts = [sum(made[folder][0] == kind for folder in folders) for folders in found.values()]
        lines.append(f"| {kind} ({kinds[kind]}) | {' | '.join(map(str, counts))} |")
    return "\n".join(lines)


def main() -> int:
    """Print the table, and what only others find."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in OTHERS:
        parser.add_argument(f"--{name}", default=shutil.which(name), help="its executable")
    parser.add_argument("--missed", action="store_true", help="also list what each does not find")
    arguments = vars(parser.parse_args())
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch).resolve() / "corpus"
        root.mkdir()
        made = write(root)
        found = {"keras-migrate": ours(root)}
        found |= {name: scan(arguments[name], root) for name, scan in OTHERS.items() if arguments[name]}
    hostile = {folder for folder, (kind, _) in made.items() if kind != AUTHENTIC}
    print(table(made, found))
    for name, folders in found.items():
        print(f"\n{name}: {len(folders & hostile)} of {len(hostile)} hostile files")
        for folder in sorted((folders & hostile) - found["keras-migrate"]):
            print(f"only {name}: {': '.join(made[folder])}")
        for folder in sorted(hostile - folders) if arguments["missed"] else ():
            print(f"not {name}: {': '.join(made[folder])}")
    return 1 if (set().union(*found.values()) & hostile) - found["keras-migrate"] else 0


if __name__ == "__main__":
    sys.exit(main())
