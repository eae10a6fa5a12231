"""Move a small project of Keras 2.2.4 to Keras 3 and show it before and after: ``make demo``.

The project in ``demo/project`` has a training script, a layer of its own, a test, two HDF5 models (one with that layer,
one with a Lambda) and a SavedModel. It is copied, so that the demonstration can be repeated.
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

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "out" / "demo"
PROJECT = OUT / "project"
COMMAND = Path(sys.executable).with_name("keras-migrate")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """One command of the tool, in the output folder; its status is looked at by the caller."""
    plain = {**os.environ, "NO_COLOR": "1"}
    command = [str(COMMAND), *arguments]
    return subprocess.run(command, cwd=OUT, capture_output=True, text=True, check=False, env=plain)


def test_result() -> str:
    """What the project's own test gives under Keras 3, in one line."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", "tests"]
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, env=environment)
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    error = next((line for line in lines if line.startswith("E  ")), "")
    return error.removeprefix("E").strip() or (lines[-1] if lines else "did not run")


def show_source(console: Console) -> None:
    """Rewrite the source, and the lines that changed."""
    before = {path: path.read_text(encoding="utf-8") for path in PROJECT.rglob("*.py")}
    done = run("code", "project", "--write", "--unsafe", "--allow-dirty")
    console.print("\n[bold]keras-migrate code project --write --unsafe[/bold]")
    shown = 0
    for path, old in sorted(before.items()):
        new = path.read_text(encoding="utf-8")
        removed = [line for line in old.splitlines() if line not in new.splitlines()]
        added = [line for line in new.splitlines() if line not in old.splitlines()]
        for sign, colour, lines in (("-", "red", removed), ("+", "green", added)):
            for line in lines[:3]:
                console.print(f"  {sign} {line.strip()}", style=colour, highlight=False, markup=False)
                shown += 1
    summary = [line for line in done.stdout.splitlines() if "looked at" in line]
    console.print(f"  {summary[-1] if summary else done.stderr.strip()}", highlight=False)


def _untouched(row: dict[str, Any]) -> str:
    """What stock Keras 3 makes of the untouched file, as measured; it is not asked about bytecode."""
    if row["format"] == "saved-model":
        return "load_model refuses SavedModels"
    if any(finding["code"] == "SEC001" for finding in row["findings"]):
        return "not loaded: holds bytecode"
    return str((row.get("untouched") or {}).get("outcome", "–"))


def show_models(console: Console) -> list[dict[str, Any]]:
    """Migrate the models, and what became of each."""
    done = run(
        "models", "project/models", "--source", "project", "--out", "models", "--progress", "none", "--json"
    )
    console.print("\n[bold]keras-migrate models project/models --source project --out models[/bold]")
    if not done.stdout.startswith("{"):
        console.print(done.stderr, style="red")
        sys.exit(1)
    rows: list[dict[str, Any]] = json.loads(done.stdout)["artifacts"]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in ("model", "untouched, in stock Keras 3", "migrated", "largest error"):
        table.add_column(header)
    for row in rows:
        untouched = _untouched(row)
        parity = row.get("parity") or {}
        error = f"{parity['max_rel']:.1e} ({parity['evidence']})" if parity else "–"
        colour = "green" if row["status"] == "migrated" else "red"
        table.add_row(row["source"], untouched, f"[{colour}]{row['status']}[/{colour}]", error)
    console.print(table)
    return rows


def main() -> int:
    """The demonstration; 0 when every model and the test passed."""
    console = Console(highlight=False)
    started = time.perf_counter()
    shutil.rmtree(OUT, ignore_errors=True)
    shutil.copytree(ROOT / "demo" / "project", PROJECT)
    console.print(f"[bold]A project of Keras 2.2.4[/bold], copied to {PROJECT.relative_to(ROOT)}")
    before = test_result()
    console.print(f"  its test under Keras 3: [red]{before}[/red]")
    show_source(console)
    rows = show_models(console)
    after = test_result()
    console.print(f"\n  the same test under Keras 3: [green]{after}[/green]")
    run("report", "project", "--models", "models/report.json", "--out", "report.html", "--quiet")
    console.print(
        f"\n{time.perf_counter() - started:.0f} s. Report: {OUT.relative_to(ROOT)}/report.html. Next:"
    )
    for command in (
        "keras-migrate report YOUR_REPOSITORY          what is to do, and in which order",
        "keras-migrate code YOUR_REPOSITORY            the rewrite as a diff; --write does it",
        "keras-migrate models YOUR_MODELS --out OUT    each model, proven equal",
    ):
        console.print(f"  {command}")
    done = all(row["status"] == "migrated" for row in rows) and "passed" in after
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
