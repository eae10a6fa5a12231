"""Run what becomes of a repository with every package around Keras, with the real packages installed.

python scripts/ecosystem_runs.py ENVIRONMENTS         # rewrite, run each module, write scripts/ecosystem_runs.tsv
python scripts/ecosystem_runs.py ENVIRONMENTS tcn rl  # only these packages; the rows of all others stay

``ENVIRONMENTS`` holds virtual environments, one a folder, as ``legacy_models/write/make_env.py`` makes them
(``tf.keras-2.15``, ``keras-2.2.4``, ``ecosystem_keras_3``). A module whose file the rewriting moved or handed to
``tf_keras`` runs beside Keras 3; one that stays as it is runs in an environment of Keras 2 that has its package.
``docs/ecosystem.md`` shows the results.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from codemods.ecosystem import Package, World, packages  # noqa: E402
from codemods.options import Options  # noqa: E402
from codemods.run.runner import run  # noqa: E402

PROJECT = ROOT / "tests" / "codemods" / "projects" / "packages"
RESULTS = Path(__file__).with_suffix(".tsv")
SECONDS = 120
_PLACE = re.compile(r" \(/\S+\)")
"""Where a module stands, which an ``ImportError`` says at its end."""
_ASK = """
import importlib.util as u, json, sys
import pkg_resources as p
def has(name):
    return u.find_spec(name.partition(".")[0]) is not None
def version(name):
    try:
        return p.get_distribution(name).version
    except p.DistributionNotFound:
        return ""
names = json.loads(sys.argv[1])
print(json.dumps([version("keras"), version("tensorflow"), {n: version(d) for n, d in names.items() if has(n)}]))
"""


@dataclass(frozen=True, slots=True)
class Environment:
    """An interpreter, its Keras and TensorFlow, and the packages of the table that it has, with their versions."""

    python: Path
    keras: str
    tensorflow: str
    has: dict[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one package's module.

    Attributes:
        package: import name.
        wrote: which Keras the rewritten module imports: ``keras``, ``tf_keras``, or ``as it was``.
        ran_with: versions of the package, Keras and TensorFlow, or empty.
        result: ``runs``, ``not installed``, or the last line of the error.
        day: of the run, as ``2026-11-30``.
    """

    package: str
    wrote: str
    ran_with: str
    result: str
    day: str = ""


def rewritten(folder: Path) -> dict[str, str]:
    """The project, copied to a folder and rewritten there; what each module became."""
    (folder / "pyproject.toml").write_text("")
    for path in sorted(PROJECT.glob("use_*.py")):
        (folder / path.name).write_bytes(path.read_bytes())
    became: dict[str, str] = {}
    for item in run(sorted(folder.glob("use_*.py")), Options(unsafe=True)):
        if item.error is not None:
            raise SystemExit(f"{item.path.name}: {item.error}")
        text = item.new if item.new is not None else item.path.read_bytes()
        item.path.write_bytes(text)
        kept = item.new is None
        became[item.path.stem] = "as it was" if kept else "tf_keras" if b"tf_keras" in text else "keras"
    return became


def module_of(package: Package) -> str:
    """The module of the project that uses a package."""
    return f"use_{package.name.replace('.', '_')}"


def environments(folder: Path) -> Iterator[Environment]:
    """Each environment below a folder that has a Keras, beside Keras 3 first."""
    names = {p.name: p.distribution.partition(" ")[0] for p in packages().values()}
    found = []
    for python in sorted(folder.glob("*/bin/python")):
        ask = [python, "-c", _ASK, json.dumps(names)]
        answer = subprocess.run(ask, capture_output=True, text=True, check=True)
        keras, tensorflow, has = json.loads(answer.stdout)
        if keras and tensorflow:
            found.append(Environment(python, keras, tensorflow, has))
    yield from sorted(found, key=lambda e: (e.keras.startswith("3."), len(e.has)), reverse=True)


def run_module(package: Package, became: str, folder: Path, known: Sequence[Environment]) -> Outcome:
    """Run one rewritten module in the first environment that fits."""
    beside_keras_3 = package.world is not World.KERAS_2
    fitting = [e for e in known if package.name in e.has and e.keras.startswith("3.") is beside_keras_3]
    if not fitting:
        return Outcome(package.name, became, "", "not installed")
    switch = {"TF_USE_LEGACY_KERAS": "1"} if package.world is World.SWITCH else {}
    kept = {
        key: value for key, value in os.environ.items() if key not in ("TF_USE_LEGACY_KERAS", "PYTHONPATH")
    }
    settings = {**kept, **switch, "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    outcome = Outcome(package.name, became, "", "not installed")
    for env in fitting:
        with_ = f"{package.title} {env.has[package.name]}, Keras {env.keras}, TensorFlow {env.tensorflow}"
        try:
            done = subprocess.run(
                [env.python, f"{module_of(package)}.py"],
                cwd=folder,
                env=settings,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            outcome = Outcome(package.name, became, with_, f"no end within {SECONDS} s")
            continue
        if done.returncode == 0:
            return Outcome(package.name, became, with_, "runs")
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        outcome = Outcome(package.name, became, with_, _PLACE.sub("", last)[:100].replace("\t", " "))
    return outcome


def recorded() -> dict[str, Outcome]:
    """The results of earlier runs by package; empty before the first."""
    if not RESULTS.exists():
        return {}
    rows = (line.split("\t") for line in RESULTS.read_text(encoding="utf-8").splitlines()[1:])
    return {row[0]: Outcome(*row) for row in rows}


def main(arguments: Sequence[str]) -> int:
    """Run all or some, print, and write the results."""
    if not arguments:
        print(__doc__)
        return 2
    chosen = set(arguments[1:]) or set(packages())
    known = list(environments(Path(arguments[0])))
    outcomes = recorded()
    with tempfile.TemporaryDirectory() as name:
        became = rewritten(Path(name))
        for package in packages().values():
            if package.name in chosen:
                outcome = run_module(package, became[module_of(package)], Path(name), known)
                outcome = outcomes[package.name] = replace(outcome, day=date.today().isoformat())
                print(
                    f"{outcome.package}: {outcome.wrote}; {outcome.result} ({outcome.ran_with})", flush=True
                )
    kept = [outcomes[name] for name in packages() if name in outcomes]
    rows = ["package\twrote\tran with\tresult\tday"]
    rows += ["\t".join((o.package, o.wrote, o.ran_with, o.result, o.day)) for o in kept]
    RESULTS.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
