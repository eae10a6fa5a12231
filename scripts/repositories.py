"""Move public repositories to Keras 3 with ``keras-migrate repo`` and write what came of it into ``docs/repo.md``.

    python scripts/repositories.py --checkouts DIR --work DIR [NAME...]     # run, and keep the results
    python scripts/repositories.py --work DIR --write                       # write the table

``--checkouts`` holds a clone of each repository as ``owner+name``; one that is missing is cloned from GitHub. Nobody
edits anything: what a clone holds is committed as it is, moved, and its command runs in both worlds. Nothing of it
becomes part of this project but the table.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "repo.md"
BEGIN, END = "<!-- repositories: begin -->", "<!-- repositories: end -->"


@dataclass(frozen=True)
class Case:
    """A repository: the command for ``--test``, and packages that it needs beside those of this project."""

    name: str
    test: str = ""
    packages: tuple[str, ...] = ()
    seconds: int = 560


PREDICTS = (
    "python -c \"import glob, keras, numpy; model = keras.models.load_model(max(glob.glob('model.[hk]*'))); "
    'print(model.predict(numpy.zeros((1, *model.input_shape[1:]))))"'
)
"""For a project whose program waits for a simulator: what it does with its model."""
CASES = (
    Case("naokishibuya/car-behavioral-cloning", PREDICTS),
    Case("oarriaga/face_classification"),
    Case("minimaxir/textgenrnn"),
    Case("llSourcell/How_to_simulate_a_self_driving_car", PREDICTS),
    Case("1524045patrick/CarND-BehavioiurCloning-P3"),
    Case("15louafi/EnglishToKatakanaSeq2Seq"),
    Case("2000aliali/WEB-BASED-CHATBOT-USING-FLASK-API"),
    Case("AMEERAZAM08/Object-Detection-Using-Teachable-Machine-Keras-"),
    Case("AIAnytime/Waste-Classifier-Sustainability-App"),
    Case("1roma1/DigitRecognizer"),
    Case("Aspie96/ClintonOrTrump"),
    Case("BaptisteHudyma/melting_point_approximation"),
    Case("27caribou/lstm-melody-generation"),
    Case("keras-rl/keras-rl", "pytest -q tests/rl", seconds=240),
    Case("keras-team/keras-contrib", "pytest -q -n 0 tests/keras_contrib/losses", ("pytest-cov",), 200),
    Case("Big-Beef/Connect-4"),
    Case("keon/deep-q-learning"),
    Case("omar178/Emotion-recognition"),
    Case("priya-dwivedi/face_and_emotion_detection"),
    Case("CyberZHG/keras-piecewise-pooling", "pytest -q tests", seconds=240),
    Case("CyberZHG/keras-drop-connect", "pytest -q tests", seconds=300),
    Case("CyberZHG/keras-perturbation", "pytest -q tests", seconds=300),
    Case("bstriner/keras-tqdm", "pytest -q tests", ("tqdm", "ipywidgets"), 240),
)


def checkout(case: Case, checkouts: Path, work: Path) -> Path:
    """A clean checkout of what a clone holds."""
    target = work / "checkouts" / case.name.replace("/", "+")
    shutil.rmtree(target, ignore_errors=True)
    there = checkouts / case.name.replace("/", "+")
    found = next((path for path in (there / "repo", there) if path.exists()), None)
    source = str(found) if found else f"https://github.com/{case.name}"
    subprocess.run(["git", "clone", "-q", source, str(target)], check=False, capture_output=True)
    identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    subprocess.run(["git", "add", "-A"], cwd=target, check=True, capture_output=True)
    subprocess.run(
        ["git", *identity, "commit", "-q", "--allow-empty", "-m", "What the clone holds"],
        cwd=target, check=True, capture_output=True,
    )  # fmt: skip
    return target


def move(case: Case, checkouts: Path, work: Path) -> dict[str, Any]:
    """The state of a repository after the command, with exit status and time."""
    tree = checkout(case, checkouts, work)
    out = work / "out" / case.name.replace("/", "+")
    shutil.rmtree(out, ignore_errors=True)
    command = [
        sys.executable, "-m", "keras_migrate", "repo", str(tree), "--out", str(out), "--source", str(tree), "--json",
        "--commit", "--prove", "--jobs", "1",
    ]  # fmt: skip
    if case.test:
        command += ["--test", case.test, "--timeout", str(case.seconds)]
    for package in case.packages:
        command += ["--with", package]
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    state = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    return {
        "name": case.name,
        "test": case.test,
        "status": done.returncode,
        "seconds": round(time.monotonic() - started),
        "error": "" if state else done.stderr.strip().splitlines()[-1:],
        "state": state,
        "orders": _orders(out),
        "commits": _count(tree),
    }


def _orders(out: Path) -> dict[str, Any]:
    file = out / "work-orders.json"
    record = (
        json.loads(file.read_bytes()) if file.is_file() else {"orders": [], "hours": {"low": 0, "high": 0}}
    )
    return {"count": len(record["orders"]), "hours": record["hours"]}


def _count(tree: Path) -> int:
    asked = ["git", "rev-list", "--count", "HEAD..keras-migrate/keras-3"]
    done = subprocess.run(asked, cwd=tree, capture_output=True, text=True, check=False)
    return int(done.stdout) if done.returncode == 0 else 0


def row(result: dict[str, Any]) -> str:
    """One line of the table."""
    state = result["state"]
    if not state:
        return (
            f"| {result['name']} | – | – | – | – | – | – | – | – | {result['seconds']}: {result['error']} |"
        )
    models = [model for model in state["models"] if model["status"] != "skipped"]
    done = [model for model in models if model["status"] == "migrated"]
    reasons = sorted({code for model in models for code in model.get("reasons", ())})
    joins = sum(change["count"] for change in state["changes"] if change["code"].startswith("JOIN"))
    places = sum(change["count"] for change in state["changes"]) - joins
    verdicts: dict[str, int] = {}
    for test in state.get("tests", ()):
        verdicts[test["verdict"]] = verdicts.get(test["verdict"], 0) + 1
    tests = ", ".join(f"{count} {name}" for name, count in verdicts.items()) or "–"
    counted = f"{len(done)} of {len(models)}" + (f" ({', '.join(reasons)})" if reasons else "")
    proofs = state.get("proofs") or {}
    every = sum(proofs.get(verdict, 0) for verdict in ("equal", "differs", "broken", "unproven"))
    own = f"{proofs['equal']} of {every} ({proofs['covered']:.0%})" if every else "–"
    orders = result["orders"]
    span = f" ({orders['hours']['low']:g}–{orders['hours']['high']:g} h)" if orders["count"] else ""
    hours = f"{orders['count']}{span}"
    return (
        f"| {result['name']} | {counted} | {places} | {joins} | {tests} | {own} | {hours} | "
        f"{len(state['left'])} | {result['commits']} | {result['seconds']} |"
    )


def write(results: list[dict[str, Any]]) -> None:
    """Replace the table of the page."""
    columns = (
        "repository",
        "models migrated and equal",
        "rewritten",
        "joined",
        "tests",
        "own code equal",
        "work orders",
        "left",
        "commits",
        "s",
    )
    head = f"| {' | '.join(columns)} |\n"
    table = head + "|---" * len(columns) + "|\n" + "\n".join(map(row, results))
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


def main() -> int:
    """Run the cases that were named, or all; or write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="repositories; all unless given")
    parser.add_argument("--checkouts", type=Path, default=Path("checkouts"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="write the table of what was kept")
    arguments = parser.parse_args()
    kept = arguments.work / "results"
    kept.mkdir(parents=True, exist_ok=True)
    if arguments.write:
        files = [kept / f"{case.name.replace('/', '+')}.json" for case in CASES]
        write([json.loads(file.read_text("utf-8")) for file in files if file.exists()])
        return 0
    for case in CASES:
        if arguments.names and case.name not in arguments.names:
            continue
        result = move(case, arguments.checkouts.absolute(), arguments.work.absolute())
        (kept / f"{case.name.replace('/', '+')}.json").write_text(json.dumps(result, indent=1), "utf-8")
        sys.stdout.write(row(result) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
