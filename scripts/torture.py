"""Batches of the real pipeline that are killed, starved and confused, and what their outputs are worth afterwards.

Each scenario ends with a run that nothing disturbs. Then every artifact must have the status of a run that was never
disturbed, every file of every output the digest that its record names, and nothing half-written may be left::

    python scripts/torture.py --rounds 20 --json figures.json

Needs Linux; the full disk needs the right to mount, and is left out without it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODELS = ("keras-2.2.4/mlp", "keras-2.2.4/transfer", "keras-2.2.4/siamese", "keras-2.2.4/lambda_bytecode")
MIGRATED = "migrated"


def command(source: Path, out: Path, *more: str) -> list[str]:
    """The batch that is disturbed."""
    run = [sys.executable, "-m", "migrate", "models", str(source), "--out", str(out), "--jobs", "2"]
    return [*run, "--progress", "none", *more]


def start(source: Path, out: Path, limits: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
    """Begin it, in a session of its own and with scratch folders that are looked at in the end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(source.parent / "tmp")}
    return subprocess.Popen(
        command(source, out), cwd=ROOT, env=environment, preexec_fn=limits,  # noqa: PLW1509 - there is one thread
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def family(pid: int) -> list[int]:
    """A process and all below it that it started itself."""
    found = [pid]
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [process for child in file.read_text().split() for process in family(int(child))]
        except OSError:
            continue
    return found


def finish(source: Path, out: Path) -> int:
    """Run to the end, undisturbed."""
    return start(source, out).wait(900)


def statuses(out: Path) -> dict[str, str]:
    """Source to status, as the report says."""
    report = json.loads((out / "report.json").read_text())
    return {artifact["source"]: artifact["status"] for artifact in report["artifacts"]}


def faults(out: Path, expected: dict[str, str]) -> list[str]:
    """What is not as after a run that was never disturbed."""
    found = statuses(out)
    wrong = [
        f"{name}: {found.get(name)}, not {status}"
        for name, status in expected.items()
        if found.get(name) != status
    ]
    for record in out.rglob("migration.json"):
        for name, digest in json.loads(record.read_text())["files"].items():
            file = record.parent / name
            if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
                wrong.append(f"{file.relative_to(out)}: not what was compared")
    for artifact in json.loads((out / "report.json").read_text())["artifacts"]:
        if artifact["status"] == MIGRATED and not (out / artifact["outputs"]["keras"]).is_file():
            wrong.append(f"{artifact['source']}: migrated and without outputs")
    return wrong + [str(path) for path in out.rglob(".*.tmp")] + [str(path) for path in out.rglob(".*.old")]


def kills(
    place: Path, source: Path, expected: dict[str, str], rounds: int, chance: random.Random
) -> dict[str, object]:
    """``kill -9`` of the command, or of any process below it, at a random time; the same outputs in every round."""
    hit: Counter[str] = Counter()
    wrong: list[str] = []
    for number in range(rounds):
        out = place / f"out{number // 4}"
        process = start(source, out)
        time.sleep(chance.uniform(0.5, 20))
        if process.poll() is None:
            target = process.pid if chance.random() < 0.5 else chance.choice(family(process.pid))
            hit["command" if target == process.pid else "a process below"] += 1
            os.kill(target, signal.SIGKILL)
        else:
            hit["it had ended"] += 1
        process.wait(900)
        if number % 4 == 3 or number == rounds - 1:
            finish(source, out)
            wrong += faults(out, expected)
    return {"rounds": rounds, "killed": dict(hit), "wrong": wrong}


def signals(place: Path, source: Path, expected: dict[str, str]) -> dict[str, object]:
    """What runs is finished, the rest is left for the next run; the exit status says that something is left."""
    wrong, codes = [], {}
    for number in (signal.SIGINT, signal.SIGTERM):
        out = place / number.name
        process = start(source, out)
        time.sleep(6)
        process.send_signal(number)
        codes[number.name] = process.wait(900)
        finish(source, out)
        wrong += faults(out, expected)
    return {"exit": codes, "wrong": wrong}


def full_disk(place: Path, source: Path, expected: dict[str, str]) -> dict[str, object]:
    """Outputs on a disk of one megabyte, which then grows."""
    disk = place / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        return {"left_out": "no right to mount"}
    try:
        code = finish(source, disk / "out")
        subprocess.run(["mount", "-o", "remount,size=1g", str(disk)], check=True)
        finish(source, disk / "out")
        return {"exit": code, "wrong": faults(disk / "out", expected)}
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def limited(place: Path, source: Path, expected: dict[str, str]) -> dict[str, object]:
    """Files of at most 8 KiB, and 1.5 GiB of address space, for the command and all below it; then without."""
    codes, wrong = {}, []
    for name, kind, value in (("FSIZE", resource.RLIMIT_FSIZE, 8 << 10), ("AS", resource.RLIMIT_AS, 3 << 29)):
        out = place / name
        codes[name] = start(source, out, lambda k=kind, v=value: resource.setrlimit(k, (v, v))).wait(900)  # type: ignore[misc]
        if (out / "report.json").exists():
            wrong += [
                f"{name}: {a} migrated within the limit"
                for a, s in statuses(out).items()
                if s == MIGRATED and name == "AS"
            ]
        subprocess.run(
            [*command(source, out, "--retry", "failed")],
            cwd=ROOT,
            check=False,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        wrong += faults(out, expected)
    return {"exit": codes, "wrong": wrong}


def renamed(place: Path, source: Path, expected: dict[str, str]) -> dict[str, object]:
    """The output folder gets another name in mid-run."""
    process = start(source, place / "before")
    time.sleep(5)
    if (place / "before").exists():
        (place / "before").rename(place / "after")
    code = process.wait(900)
    finish(source, place / "after")
    return {"exit": code, "wrong": faults(place / "after", expected)}


def changing(place: Path, source: Path, expected: dict[str, str]) -> dict[str, object]:
    """An input is replaced again and again while the run goes on; what is migrated has the digest of one of both."""
    models = place / "in"
    shutil.copytree(source, models)
    victim = next(models.rglob("mlp/model.h5"))
    first, second = victim.read_bytes(), next(models.rglob("siamese/model.h5")).read_bytes()
    digests = {hashlib.sha256(data).hexdigest() for data in (first, second)}
    process = start(models, place / "out")
    turns = 0
    while process.poll() is None:
        victim.with_name("beside").write_bytes(second if turns % 2 == 0 else first)
        os.replace(victim.with_name("beside"), victim)
        turns += 1
        time.sleep(0.5)
    wrong = [
        f"{record}: of content that there never was"
        for record in (place / "out").rglob("migration.json")
        if "mlp" in str(record) and json.loads(record.read_text())["result"]["sha256"] not in digests
    ]
    told = statuses(place / "out")
    victim.write_bytes(first)
    finish(models, place / "out")
    return {"turns": turns, "told": told, "wrong": wrong + faults(place / "out", expected)}


def main() -> None:
    """Run all scenarios and print their figures; exit status 1 when anything is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20, help="of kill -9")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", default=[], help="names of scenarios")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        place = Path(folder)
        source = place / "in"
        for name in MODELS:
            shutil.copytree(ROOT / "legacy_models" / name, source / name)
        (source / "damaged.h5").write_bytes((source / MODELS[0] / "model.h5").read_bytes()[:3000])
        (place / "tmp").mkdir()
        finish(source, place / "undisturbed")
        expected = statuses(place / "undisturbed")
        figures["expected"] = dict(Counter(expected.values()))
        chance = random.Random(arguments.seed)
        scenarios: dict[str, Callable[[Path], dict[str, object]]] = {
            "signals": lambda at: signals(at, source, expected),
            "renamed": lambda at: renamed(at, source, expected),
            "changing": lambda at: changing(at, source, expected),
            "full disk": lambda at: full_disk(at, source, expected),
            "limits": lambda at: limited(at, source, expected),
            "kill -9": lambda at: kills(at, source, expected, arguments.rounds, chance),
        }
        for name, scenario in scenarios.items():
            if arguments.only and name not in arguments.only:
                continue
            at = place / name.replace(" ", "-")
            at.mkdir()
            figures[name] = scenario(at)
            print(name, json.dumps(figures[name]), flush=True)
        finish(source, place / "undisturbed")
        figures["scratch left"] = sorted(path.name for path in (place / "tmp").iterdir())
    text = json.dumps(figures, indent=1)
    if arguments.json:
        arguments.json.write_text(text + "\n")
    print(text)
    wrong = [
        found for value in figures.values() if isinstance(value, dict) for found in value.get("wrong", [])
    ]
    sys.exit(1 if wrong or figures["scratch left"] else 0)


if __name__ == "__main__":
    main()
