"""Batches of the real pipeline that are killed, starved and confused, and what their outputs are worth afterwards.

    python scripts/torture.py [--rounds 20] [--only SCENARIO]... [--report FILE]

Each scenario disturbs batches over authentic models, and ends with a run that nothing disturbs. Then every artifact has
the status of a run that was never disturbed, every file of the outputs has the digest that its record names, no other
file lies there, no process lives on, and in the end no scratch folder is left. After ``kill -9`` the outputs that are
there already are held to the same before anything tidies up. Exit status 1 when something is not so.

Needs Linux. A full disk needs the right to mount, the jumping clock a C compiler, the memory limit a control group
that may be made; what cannot be had is left out, and told.
"""

from __future__ import annotations

import argparse
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
from contextlib import suppress
from pathlib import Path
from typing import Any

from torture_ground import (
    CLOCK,
    MIGRATED,
    MODELS,
    ROOT,
    RULE,
    RULE_FILE,
    RULED,
    Ground,
    begun,
    records,
    small_disk,
    statuses,
    wait_for_one,
)

from migrate.worlds.host.scratch import sweep
from tests.batch.processes import descendants, survivors

UNCHECKED = (
    "-c",
    "from migrate.worlds.host import installed; installed.ADDRESSES = 0\n"
    "from keras_migrate.__main__ import main; main()",
)
"""The command without its look at the limit of addresses."""
HANGS = "60"
"""Seconds that a call may take without memory: TensorFlow spins where a thread of its own could not have any."""


def kills(ground: Ground) -> dict[str, Any]:
    """``kill -9`` of the command, or of any process below it, at a random time; four rounds share their outputs."""
    hit: Counter[str] = Counter()
    rounds = 0
    while rounds < ground.rounds:
        out = ground.place / f"out{rounds // 4}"
        process = ground.start(out)
        time.sleep(ground.chance.uniform(0.3, ground.seconds))
        below = descendants(process.pid)
        if process.poll() is not None:
            ground.judge(out)
            shutil.rmtree(out)  # too late to kill; begin anew, and hurry
            ground.seconds *= 0.9
            continue
        rounds += 1
        if rounds % 2 or not below:
            hit["the command"] += 1
            process.kill()
            process.wait(60)
            for pid, what in survivors(below).items():
                ground.note(out, f"{pid} lives on: {what}")
        else:
            with suppress(ProcessLookupError):
                target = ground.chance.choice(below)
                os.kill(target, signal.SIGKILL)
                hit["a process below"] += 1
            ground.end(out, process)
            ground.judge(out)  # it costs nothing: what broke was tried again in the same run
        ground.judge_files(out)
        if rounds % 4 == 0 or rounds == ground.rounds:
            ground.finish(out)
    return {"rounds": rounds, "killed": dict(hit)}


def signals(ground: Ground) -> dict[str, Any]:
    """What runs is finished, the rest is left for the next run, and the exit status says that something is left."""
    codes = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        out = ground.place / number.name
        process = ground.start(out)
        wait_for_one(out, process)
        process.send_signal(number)
        codes[number.name] = ground.end(out, process)
        done = len(statuses(out))
        if codes[number.name] != 1 or done >= len(ground.expected):
            ground.note(out, f"exit status {codes[number.name]} with {done} of {len(ground.expected)} done")
        ground.judge_files(out)
        ground.finish(out)
        if sorted(begun(out)) != sorted(ground.expected):
            ground.note(out, f"begun more than once: {begun(out)}")
    return {"exit": codes}


def full_disk(ground: Ground) -> dict[str, Any]:
    """Outputs on a disk that something else fills up in mid-run, and then no more."""
    with small_disk(ground.place, "600m") as disk:
        if disk is None:
            return {"left out": "no right to mount"}
        out = disk / "out"
        process = ground.start(out)
        wait_for_one(out, process)
        with (disk / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(bytes(1 << 16))
        code = ground.end(out, process)
        left = len(ground.expected) - len(records(out))
        ground.judge_files(out)
        if code != 1 or not left:
            ground.note(out, f"exit status {code} with {left} left, on a full disk")
        (disk / "ballast").unlink()
        ground.finish(out)
        return {"exit": code, "left": left}


def full_scratch(ground: Ground) -> dict[str, Any]:
    """A temporary folder that holds no model."""
    with small_disk(ground.place, "64k") as disk:
        if disk is None:
            return {"left out": "no right to mount"}
        out = ground.place / "out"
        code = ground.end(out, ground.start(out, TMPDIR=str(disk)))
        told = statuses(out) if (out / "report.json").exists() else {}
        if code == 0 or any(told[name] != ground.expected[name] or told[name] == MIGRATED for name in told):
            ground.note(out, f"exit status {code}, {told}, without room for scratch")
    ground.finish(out)
    return {"exit": code, "told": dict(Counter(told.values()))}


def file_size(ground: Ground) -> dict[str, Any]:
    """Files of at most 8 KiB (``RLIMIT_FSIZE``), for the command and all below it."""
    return _limited(ground, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 10, 8 << 10)))


def address_space(ground: Ground) -> dict[str, Any]:
    """1.5 GiB of addresses (``RLIMIT_AS``) for each process, in which nothing is begun; and what becomes of it where
    nobody looks at that: TensorFlow crashes here and there, or spins."""
    out = ground.place / "out"
    none = ground.end(out, ground.start(out, limits=lambda: _addresses(3 << 29)))
    if none != 2 or records(out):
        ground.note(out, f"exit status {none} with 1.5 GiB of addresses")
    return _limited(ground, lambda: _addresses(3 << 29), program=UNCHECKED) | {
        "exit where it is looked at": none
    }


def _addresses(count: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (count, count))


def memory(ground: Ground) -> dict[str, Any]:
    """A control group of 400 MiB, in which the kernel ends processes that need more."""
    group = Path("/sys/fs/cgroup/memory" if Path("/sys/fs/cgroup/memory").is_dir() else "/sys/fs/cgroup")
    group /= f"keras-migrate-torture-{os.getpid()}"
    limit = group / ("memory.limit_in_bytes" if "memory" in group.parts else "memory.max")
    try:
        group.mkdir()
        limit.write_text(str(400 << 20))
    except OSError as error:
        return {"left out": f"no control group: {error.strerror}"}
    try:
        return _limited(ground, lambda: (group / "cgroup.procs").write_text(str(os.getpid())))
    finally:
        group.rmdir()


def _limited(ground: Ground, limits: Callable[[], object], **how: Any) -> dict[str, Any]:
    out = ground.place / "out"
    code = ground.end(out, ground.start(out, "--timeout", HANGS, limits=limits, **how))
    told = statuses(out) if (out / "report.json").exists() else {}
    ground.judge_files(out)
    inexact = {name for name, status in told.items() if status not in ("failed", ground.expected[name])}
    if code == 0 or inexact:
        ground.note(out, f"exit status {code} with {told}")
    ground.finish(out, "--retry", "failed")
    return {"exit": code, "told": dict(Counter(told.values()))}


def renamed(ground: Ground) -> dict[str, Any]:
    """The output folder gets another name in mid-run."""
    before, after = ground.place / "before", ground.place / "after"
    process = ground.start(before)
    wait_for_one(before, process)
    before.rename(after)
    code = ground.end(before, process)
    ground.judge_files(after)
    if before.exists():
        ground.judge_files(before)
    ground.finish(after)
    return {"exit": code, "old name made again": before.exists()}


def changing(ground: Ground) -> dict[str, Any]:
    """An input is replaced again and again; what is made of it is made of one of both, whole."""
    models, out = ground.place / "in", ground.place / "out"
    shutil.copytree(ground.models, models)
    victim = models / "mlp.h5"
    contents = (victim.read_bytes(), (models / "siamese.h5").read_bytes())
    process = ground.start(out, models=models)
    turns = 0
    while process.poll() is None:
        victim.with_name("beside").write_bytes(contents[turns % 2 - 1])
        os.replace(victim.with_name("beside"), victim)
        turns += 1
        time.sleep(0.3)
    ground.judge_files(out)
    told = statuses(out)["mlp.h5"]
    victim.write_bytes(contents[0])
    ground.finish(out, models=models)
    return {"turns": turns, "told": told}


def clock(ground: Ground) -> dict[str, Any]:
    """The command's clock jumps by years, forwards and backwards, every two seconds."""
    source, library = ground.place / "clock.c", ground.place / "clock.so"
    source.write_text(CLOCK)
    compiler = shutil.which("cc")
    if compiler is None:
        return {"left out": "no C compiler"}
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    out = ground.place / "out"
    for _ in range(2):
        process = ground.start(out, LD_PRELOAD=str(library))
        wait_for_one(out, process)
        process.send_signal(signal.SIGINT)
        ground.end(out, process)
    code = ground.end(out, ground.start(out, LD_PRELOAD=str(library)))
    ground.judge(out)
    ground.finish(out)
    if sorted(begun(out)) != sorted(ground.expected):
        ground.note(out, f"begun more than once: {begun(out)}")
    return {"exit": code}


def upgrade(ground: Ground) -> dict[str, Any]:
    """A run is ended; a rule changes; the next one is killed; the one after that goes on."""
    code, out = ground.place / "code", ground.place / "out"
    for package in ("keras_migrate", "migrate", "codemods"):
        shutil.copytree(ROOT / package, code / package, ignore=shutil.ignore_patterns("__pycache__"))
    ground.end(out, ground.start(out, code=code))
    first = begun(out)
    with (code / RULE_FILE).open("a") as rule:
        rule.write("\n# another release\n")
    process = ground.start(out, code=code)
    while process.poll() is None and len(begun(out)) == len(first):
        time.sleep(0.05)
    process.kill()
    process.wait(60)
    ground.judge_files(out)
    ground.end(out, ground.start(out, code=code))
    ground.judge(out)
    second = set(begun(out)[len(first) :])
    unfinished = {name for name, status in ground.expected.items() if status not in (MIGRATED, "skipped")}
    if second != {RULED, *unfinished}:
        ground.note(out, f"{RULE} changed, and {sorted(second)} were begun")
    return {"begun": sorted(second)}


SCENARIOS = {
    scenario.__name__.replace("_", "-"): scenario
    for scenario in (
        signals, kills, full_disk, full_scratch, file_size, address_space, memory, renamed, changing, clock, upgrade
    )
}  # fmt: skip


def _inside(folder: Path) -> str:
    """A folder that was left, with the first of what is in it."""
    held = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    return f"{folder.name}: {', '.join(held[:8]) or 'nothing'}"


def main() -> int:
    """Run the scenarios and print their figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20, help="of kill -9")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", default=[], choices=SCENARIOS)
    parser.add_argument("--models", type=int, default=len(MODELS), help="how many of the models")
    parser.add_argument("--report", type=Path, help="where the JSON value is written, too")
    arguments = parser.parse_args()
    figures: dict[str, Any] = {}
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="keras-migrate-torture-") as folder:
        place = Path(folder)
        models = place / "in"
        models.mkdir()
        for name, file in list(MODELS.items())[: arguments.models]:
            original = ROOT / "legacy_models" / file
            (shutil.copytree if original.is_dir() else shutil.copy)(original, models / name)
        (models / "damaged.h5").write_bytes((models / "mlp.h5").read_bytes()[:3000])
        ground = Ground(place, models, {}, 0.0, arguments.rounds, random.Random(arguments.seed))
        began = time.monotonic()
        ground.end(place / "undisturbed", ground.start(place / "undisturbed"))
        ground.seconds = time.monotonic() - began
        ground.expected = statuses(place / "undisturbed")
        figures["undisturbed"] = {"seconds": round(ground.seconds, 1), **Counter(ground.expected.values())}
        for name in arguments.only or SCENARIOS:
            ground.place = place / name
            ground.place.mkdir()
            ground.wrong = []
            began = time.monotonic()
            figures[name] = SCENARIOS[name](ground)
            figures[name] |= {"seconds": round(time.monotonic() - began), "wrong": ground.wrong}
            wrong += ground.wrong
            print(name, json.dumps(figures[name]), file=sys.stderr, flush=True)
        sweep(place / "tmp")  # as the next run does
        figures["scratch left"] = sorted(map(_inside, (place / "tmp").iterdir()))
    text = json.dumps(figures, indent=1)
    print(text)
    if arguments.report:
        arguments.report.write_text(text + "\n")
    return int(bool(wrong or figures["scratch left"]))


if __name__ == "__main__":
    sys.exit(main())
