"""The ground that ``torture.py`` fights on: authentic models, real batches, and how their outputs are judged."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from migrate.formats.limits import digests_below  # noqa: E402

MODELS = {
    "mlp.h5": "keras-2.2.4/mlp/model.h5",
    "siamese.h5": "keras-2.2.4/siamese/model.h5",
    "bytecode.h5": "keras-2.2.4/lambda_bytecode/model.h5",
    "recurrent.h5": "keras-2.2.4/rnn_defaults/model.h5",
    "archive.keras": "tf.keras-2.13/mlp-keras/model.keras",
    "saved": "tf.keras-2.8/input_named_in-savedmodel/saved_model",
}
RULE, RULE_FILE, RULED = "SIL009", "migrate/dialects/keras2/recurrent.py", "recurrent.h5"
"""A rule, its home, and the only one of the models that it looks at."""
MIGRATED = "migrated"
LONGEST = 900
"""Seconds that one batch may take."""
CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>
static long off(void) {  /* every two seconds another year, forwards and backwards, and now and then the right one */
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  struct timespec t; real(CLOCK_MONOTONIC, &t);
  static const long years[] = {0, 3, -2, 0, -30, 11};
  return years[(t.tv_sec / 2) % 6] * 31557600L;
}
int clock_gettime(clockid_t id, struct timespec *t) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int done = real(id, t);
  if (!done && id == CLOCK_REALTIME) t->tv_sec += off();
  return done;
}
int gettimeofday(struct timeval *t, void *zone) {
  struct timespec now; clock_gettime(CLOCK_REALTIME, &now);
  t->tv_sec = now.tv_sec; t->tv_usec = now.tv_nsec / 1000; return 0;
}
time_t time(time_t *t) {
  struct timespec now; clock_gettime(CLOCK_REALTIME, &now);
  if (t) *t = now.tv_sec; return now.tv_sec;
}
"""


@dataclass
class Ground:
    """Where one scenario goes on: its own folder, the models, and what each becomes when nothing disturbs."""

    place: Path
    models: Path
    expected: dict[str, str]
    seconds: float
    rounds: int
    chance: random.Random
    wrong: list[str] = field(default_factory=list)

    def start(
        self,
        out: Path,
        *more: str,
        models: Path | None = None,
        code: Path = ROOT,
        program: tuple[str, ...] = ("-m", "keras_migrate"),
        limits: Callable[[], object] | None = None,
        **variables: str,
    ) -> subprocess.Popen[bytes]:
        """Begin a batch in a session of its own."""
        command = [
            sys.executable,
            *program,
            "models",
            str(models or self.models),
            "--out",
            str(out),
        ]
        scratch = self.models.parent / "tmp"
        scratch.mkdir(exist_ok=True)
        with (self.place / "output.log").open("ab") as log:
            return subprocess.Popen(
                [*command, "--jobs", "2", "--progress", "plain", *more], cwd=code, stdout=log, stderr=log,
                env={**os.environ, "PYTHONPATH": str(code), "TMPDIR": str(scratch), **variables},
                preexec_fn=limits, start_new_session=True,  # noqa: PLW1509 - there is one thread
            )  # fmt: skip

    def finish(self, out: Path, *more: str, models: Path | None = None) -> None:
        """Run to the end undisturbed, and note all that is not as it is without any disturbance."""
        self.end(out, self.start(out, *more, models=models))
        self.judge(out)

    def end(self, out: Path, process: subprocess.Popen[bytes]) -> int:
        """The exit status of a batch; one that goes on and on is killed, and noted."""
        try:
            return process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            self.note(out, f"did not end within {LONGEST} s")
            os.killpg(process.pid, signal.SIGKILL)
            return process.wait(LONGEST)

    def judge(self, out: Path) -> None:
        """Hold a finished batch to what an undisturbed one gives."""
        told = statuses(out)
        artifacts = json.loads((out / "report.json").read_text())["artifacts"]
        reasons = {
            one["source"]: "; ".join(f"{f['code']} {f['message'][:160]}" for f in one["findings"])
            for one in artifacts
        }
        for name in self.expected.keys() | told.keys():
            if told.get(name) != self.expected.get(name):
                why = f" ({reasons[name]})" if name in reasons else ""
                self.note(out, f"{name}: {told.get(name)}, not {self.expected.get(name)}{why}")
        for artifact in artifacts:
            if artifact["status"] == MIGRATED and not (out / artifact["outputs"]["keras"]).is_file():
                self.note(out, f"{artifact['source']}: migrated, and has no outputs")
        self.judge_files(out)
        for path in out.rglob(".*"):
            if path.suffix in (".tmp", ".old"):
                self.note(out, f"{path.relative_to(out)}: left behind")

    def judge_files(self, out: Path) -> None:
        """What is there by its final name is whole: at any time, also when a run was ended in the middle."""
        held = set()
        for record in records(out):
            files = json.loads(record.read_text())["files"]
            held |= {record, *(record.parent / name for name in files)}
            found = digests_below(record.parent)
            found.pop("migration.json", None)
            if found != files:
                self.note(out, f"{record.parent.relative_to(out)}: is not what was compared")
        for path in out.rglob("*"):
            inner = [part for part in path.relative_to(out).parts if part.startswith(".")]
            if path.is_file() and not inner and path not in held and path.name != "report.json":
                self.note(out, f"{path.relative_to(out)}: belongs to no record")

    def note(self, out: Path, what: str) -> None:
        """Something is wrong."""
        self.wrong.append(f"{out.name}: {what}")


def statuses(out: Path) -> dict[str, str]:
    """Source to status, as the report says."""
    report = json.loads((out / "report.json").read_text())
    return {artifact["source"]: artifact["status"] for artifact in report["artifacts"]}


def begun(out: Path) -> list[str]:
    """Sources that were begun in all runs so far, in that order, as the log says."""
    log = (out / ".keras-migrate" / "log.jsonl").read_text().splitlines()
    return [event["source"] for event in map(json.loads, log) if event["event"] == "start"]


def records(out: Path) -> list[Path]:
    """Of what is published; what is still being written has a hidden name."""
    found = out.rglob("migration.json")
    return [path for path in found if not any(part[0] == "." for part in path.relative_to(out).parts)]


def wait_for_one(out: Path, process: subprocess.Popen[bytes]) -> None:
    """Until a first artifact is published."""
    while process.poll() is None and not records(out):
        time.sleep(0.05)


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path | None]:
    """A file system of this size, or None where none may be mounted."""
    disk = place / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        yield None
        return
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
