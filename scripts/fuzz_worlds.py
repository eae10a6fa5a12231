"""Fuzz the worlds' handlers with odd but valid models: graphs of each era's layers, drawn by hypothesis.

The era's own framework builds and saves each model (``legacy_models/write/draw_chosen.py``), so that it is valid; then
it is migrated in a warm pool, and must not end as RUN005, nor with another code of ``--also``. Hypothesis shrinks what
does to the smallest model, whose layers and finding are printed; then the search goes on without that finding.

    python scripts/fuzz_worlds.py ~/eras [--era keras-2.2.4]… [--models 100] [--seed 1] [--also CFG099] [--keep DIR]

Exit status 1 when there is such a model.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from migrate.findings import Status  # noqa: E402
from migrate.pipeline.migrate import migrate_artifact  # noqa: E402
from migrate.pipeline.request import ArtifactRequest, Options, Target  # noqa: E402
from migrate.results import ArtifactResult  # noqa: E402
from migrate.worlds.host.pool import Pool, Slot  # noqa: E402

WRITE = ROOT / "legacy_models" / "write"
MOST_CHOICES = 90


def _choices(drawn: int, count: int) -> list[int]:
    """So many choices, in thousandths; what is not chosen is 0, the simplest."""
    rng = random.Random(drawn)
    return [rng.randrange(1000) for _ in range(count)]


CHOICES = st.builds(_choices, st.integers(0, 2**64 - 1), st.integers(0, MOST_CHOICES))
"""Hypothesis tries many models that are alike where it chooses each number; here it shrinks how many are chosen."""


class WrongEndError(Exception):
    """A model ended with a code that it must not end with."""


class Era:
    """The framework of an era in a process of its own, which builds and saves what is chosen."""

    def __init__(self, name: str, python: Path) -> None:
        command = [str(python), "draw_chosen.py", "--era", name]
        self._process = subprocess.Popen(
            command,
            cwd=WRITE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def build(self, choices: list[int], stem: Path) -> dict[str, Any]:
        """The suffix and the layers of the model at ``stem``, or what the era refused."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"choices": [number / 1000 for number in choices], "stem": str(stem)}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"the process of the era ended with {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()


class Hunt:
    """The models of one era: what became of them, and what they must not end with."""

    def __init__(self, era: Era, slot: Slot, folder: Path, wrong: frozenset[str]) -> None:
        self._era, self._slot, self._folder, self._wrong = era, slot, folder, wrong
        self.counts: Counter[str] = Counter()
        self.classes: set[str] = set()
        self.known: set[str] = set()
        self.last: tuple[dict[str, Any], str] | None = None

    def try_one(self, choices: list[int]) -> None:
        """Build, save and migrate one model.

        Raises:
            WrongEndError: it ended with a code that it must not end with, for the first time.
        """
        models, out = self._folder / "models", self._folder / "out"
        for path in (models, out):
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
        built = self._era.build(choices, models / "model")
        if "refused" in built:
            self.counts["refused by their own framework"] += 1
            return
        self.classes.update(built["layers"])
        result = self._migrate(models / f"model{built['suffix']}", out)
        ends = [f for f in result.findings if f.code in self._wrong]
        code = (
            "" if result.status is Status.MIGRATED or not result.findings else f" {result.findings[-1].code}"
        )
        self.counts[f"{result.status.value}{code}"] += 1
        if ends and (what := _signature(ends[0].code, ends[0].message)) not in self.known:
            self.last = (built, f"{ends[0].code} {ends[0].message[:400]}")
            raise WrongEndError(what)

    def keep(self, folder: Path) -> None:
        """Copy the model that was tried last."""
        shutil.copytree(self._folder / "models", folder, dirs_exist_ok=True)

    def _migrate(self, path: Path, out: Path) -> ArtifactResult:
        options = Options(targets=frozenset({Target.KERAS}), skip_untouched=True)
        return migrate_artifact(ArtifactRequest(path, path.name, out, "model"), options, self._slot)


_NAMES = re.compile(r"[0-9]+|'[^']*'|\"[^\"]*\"")


def _signature(code: str, message: str) -> str:
    """What faults of one kind have in common: names and numbers differ."""
    return f"{code} {_NAMES.sub('_', message)[:60]}"


def python_of(era: str, eras: Path) -> Path:
    """The interpreter of an era's environment.

    Raises:
        SystemExit: there is no such environment.
    """
    environments = tomllib.loads((WRITE / "eras.toml").read_text(encoding="utf-8"))
    names = [name for name, entry in environments.items() if era in entry["eras"]]
    found = [python for name in names if (python := eras / name / "bin" / "python").is_file()]
    if not found:
        raise SystemExit(f"{era}: no environment in {eras}; make one with legacy_models/write/make_env.py")
    return found[0]


def search(hunt: Hunt, models: int, number: int, keep: Path | None) -> int:
    """Try so many models; how many kinds of faults there were."""
    while True:
        before = hunt.counts.total()
        settled = settings(
            max_examples=max(1, models - before),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
            print_blob=False,
            report_multiple_bugs=False,
        )
        try:
            seed(number + len(hunt.known))(settled(given(CHOICES)(hunt.try_one)))()
        except WrongEndError as fault:
            assert hunt.last is not None
            built, said = hunt.last
            print(
                f"FAULT {said}\n  layers: {' '.join(built['layers'])}, saved as {built['suffix']}", flush=True
            )
            if keep is not None:
                hunt.keep(keep / f"fault-{len(hunt.known)}")
            hunt.known.add(str(fault))
        if hunt.counts.total() >= models:
            return len(hunt.known)


def main() -> int:
    """Search in each era, and print what became of the models."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("eras", type=Path, help="folder of the environments of the eras")
    parser.add_argument("--era", action="append", help="such as keras-2.2.4; may be repeated")
    parser.add_argument("--models", type=int, default=100, help="in each era")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--also", default="", help="further codes that no model may end with")
    parser.add_argument("--keep", type=Path, help="folder for the smallest model of each fault")
    arguments = parser.parse_args()
    wrong = frozenset({"RUN005", *filter(None, arguments.also.split(","))})
    faults = 0
    with tempfile.TemporaryDirectory() as name, Pool(1, Path(name) / "worlds", sources=[Path(name)]) as pool:
        for era in arguments.era or ["keras-2.2.4"]:
            folder = Path(name) / era
            folder.mkdir()
            framework = Era(era, python_of(era, arguments.eras))
            try:
                with pool.slot() as slot:
                    hunt = Hunt(framework, slot, folder, wrong)
                    faults += search(hunt, arguments.models, arguments.seed, arguments.keep)
            finally:
                framework.close()
            said = ", ".join(f"{count} {what}" for what, count in sorted(hunt.counts.items()))
            print(f"{era}: {said}; {len(hunt.classes)} classes of layers", flush=True)
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
