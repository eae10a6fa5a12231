"""Move a small Keras 2.2.4 project to Keras 3 and show it before and after: ``make demo``.

The project in ``demo/project`` has a training script, a layer of its own, a test, two HDF5 models (one with that layer,
one with a Lambda) and a SavedModel. It is copied, so that the demonstration can be repeated.

``--picture FILE.svg`` also draws what was printed, as a picture in motion.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.motion import moving

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "out" / "demo"
PROJECT = OUT / "project"
MOVED = OUT / "moved" / "after"
COMMAND = Path(sys.executable).with_name("keras-migrate")
ARGUMENTS = ("repo", "project", "--out", "moved", "--source", "project", "--test", "pytest -q tests")
SHOWN = 3
"""Lines of a file that are shown for each sign."""


def untouched_result() -> str:
    """What the project's test gives under Keras 3 as it was, in one line."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", "tests"]
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, env=environment)
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    error = next((line for line in lines if line.startswith("E  ")), "")
    return error.removeprefix("E").strip() or (lines[-1] if lines else "did not run")


def show_source(console: Console) -> None:
    """The lines of the source that changed."""
    for path in sorted(PROJECT.rglob("*.py")):
        old = path.read_text(encoding="utf-8").splitlines()
        new = (MOVED / path.relative_to(PROJECT)).read_text(encoding="utf-8").splitlines()
        removed, added = [line for line in old if line not in new], [line for line in new if line not in old]
        joined = [
            line for line in added if ".keras" in line
        ]  # what names a migrated file is shown in any case
        for sign, colour, lines in (("-", "red", removed[:SHOWN]), ("+", "green", [*added[:SHOWN], *joined])):
            for line in dict.fromkeys(lines):
                console.print(f"  {sign} {line.strip()}", style=colour, highlight=False, markup=False)


def show_models(console: Console, state: dict[str, Any]) -> None:
    """What became of each model."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in ("model", "migrated", "new file", "largest error"):
        table.add_column(header)
    for row in state["models"]:
        error = f"{row['max_rel']:.1e} ({row['evidence']})" if "max_rel" in row else "–"
        colour = "green" if row["status"] == "migrated" else "red"
        new = row.get("new", "–")
        table.add_row(row["path"], f"[{colour}]{row['status']}[/{colour}]", new, error)
    console.print(table)


def main() -> int:
    """The demonstration; 0 when every model and test passed, and the report of the result calls all of it ready."""
    picture = Path(sys.argv[sys.argv.index("--picture") + 1]) if "--picture" in sys.argv[1:] else None
    console = Console(highlight=False, record=picture is not None, width=100 if picture else None)
    started = time.perf_counter()
    shutil.rmtree(OUT, ignore_errors=True)
    shutil.copytree(ROOT / "demo" / "project", PROJECT)
    console.print(f"[bold]A project of Keras 2.2.4[/bold], copied to {PROJECT.relative_to(ROOT)}")
    console.print(f"  its test under Keras 3: [red]{untouched_result()}[/red]")
    shown = " ".join(f'"{word}"' if " " in word else word for word in ARGUMENTS)
    console.print(f"\n[bold]keras-migrate {shown}[/bold]")
    done = subprocess.run(
        [str(COMMAND), *ARGUMENTS, "--json"], cwd=OUT, stdout=subprocess.PIPE, text=True, check=False
    )
    if not done.stdout.startswith("{"):
        return done.returncode or 1
    state: dict[str, Any] = json.loads(done.stdout)
    show_source(console)
    show_models(console, state)
    verdicts = [test["verdict"] for test in state["tests"]]
    colour = "green" if verdicts else "red"
    for test in state["tests"]:
        console.print(f"  {test['name']}: [{colour}]{test['verdict']}[/{colour}]")
    for left in state["left"]:
        console.print(f"  left: {left['path']}: {left['code']} {left['message']}", markup=False)
    report: dict[str, Any] = json.loads((OUT / "moved" / "report.json").read_text(encoding="utf-8"))
    ready = report["tally"]["levels"].get("ready") == report["tally"]["units"]
    console.print(f"  {report['verdict']}", style="green" if ready else "red")
    where = (OUT / "moved").relative_to(ROOT)
    console.print(f"\n{where}/after, {where}/report.html. Next:")
    for command in (
        "keras-migrate repo YOUR_REPOSITORY --dry-run   what would be done",
        "keras-migrate repo YOUR_REPOSITORY --commit    all of it, as a branch",
        "keras-migrate models YOUR_MODELS --out OUT     models alone, each proven equal",
    ):
        console.print(f"  {command}")
    if picture is not None:
        picture.write_text(moving(console, "make demo"), encoding="utf-8")
    print(f"{time.perf_counter() - started:.0f} s")
    passed = bool(verdicts) and not {"broken", "fails in both"} & set(verdicts)
    return 0 if passed and ready and all(row["status"] == "migrated" for row in state["models"]) else 1


if __name__ == "__main__":
    sys.exit(main())
