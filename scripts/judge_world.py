"""One world of the judge: imports its framework once, then forks for each package and runs its tests there.

Started by ``judge.py`` as ``python judge_world.py legacy|modern|jax``. Reads one JSON job a line (``folder``,
``tests``, ``seconds``) and answers each with a line: by test, ``passed`` or the last line of what was raised.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import json
import os
import re
import resource
import signal
import sys
import tempfile
import time
import types
import warnings
from pathlib import Path
from typing import Any

_LAYERS = (
    *(
        "advanced_activations",
        "convolutional",
        "convolutional_recurrent",
        "core",
        "cudnn_recurrent",
        "embeddings",
    ),
    *("local", "merge", "noise", "normalization", "pooling", "recurrent", "wrappers"),
)
_UTILS = (
    "conv_utils",
    "data_utils",
    "generic_utils",
    "io_utils",
    "layer_utils",
    "np_utils",
    "vis_utils",
    "test_utils",
)
_ENGINE = (
    "base_layer",
    "base_layer_v1",
    "input_layer",
    "input_spec",
    "network",
    "sequential",
    "topology",
    "training",
)
_SECONDS_A_TEST = 90
_WAITS = 8
"""How many times longer than its processor time a package may take on a busy machine."""


class _OldNames(types.ModuleType):
    """A module path that left: its names are looked up where tf-keras has them now."""

    def __getattr__(self, name: str) -> Any:
        import tf_keras

        if name.startswith("__"):
            raise AttributeError(name)
        places = (tf_keras.layers, tf_keras.models, tf_keras.utils, tf_keras, tf_keras.saving)
        for place in places:
            with contextlib.suppress(AttributeError):
                return getattr(place, name)
        raise AttributeError(name)


class _Alias(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers ``import keras…`` with tf-keras, old module paths included."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        if name != "keras" and not name.startswith("keras."):
            return None
        try:
            importlib.import_module(f"tf_{name}")
        except ImportError:
            parts = name.split(".")
            old = parts[1] in {"engine", "wrappers"} or (parts[1] == "layers" and parts[-1] in _LAYERS)
            if not old and not (parts[1] == "utils" and parts[-1] in _UTILS):
                return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        try:
            return importlib.import_module(f"tf_{spec.name}")
        except ImportError:
            module = _OldNames(spec.name)
            module.__path__ = []
            return module

    def exec_module(self, module: types.ModuleType) -> None:
        """The module is there already."""


class _Outcomes:
    """What became of each test, as a plugin of pytest."""

    def __init__(self, answer: Path) -> None:
        self.found: dict[str, str] = {}
        self._answer = answer

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            text = str(report.longrepr)
            errors = re.findall(r"^E +(\S.*)$", text, re.MULTILINE)
            self.found[report.nodeid] = (errors[0] if errors else text[-200:])[:240]
        elif report.when == "call":
            self.found.setdefault(report.nodeid, "passed" if report.passed else "skipped")
        self.note()

    def note(self) -> None:
        """Write what is known so far: a package that takes too long keeps the tests that ended."""
        part = self._answer.with_suffix(".part")
        part.write_text(json.dumps(self.found))
        part.replace(self._answer)

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            errors = re.findall(r"^E +(\S.*)$", str(report.longrepr), re.MULTILINE)
            self.found[f"{report.nodeid}::import"] = (errors[-1] if errors else str(report.longrepr)[-200:])[
                :240
            ]

    def pytest_runtest_setup(self, item: Any) -> None:
        del item
        signal.signal(signal.SIGPROF, _too_long)
        signal.setitimer(signal.ITIMER_PROF, _SECONDS_A_TEST)


def _too_long(number: int, frame: object) -> None:
    raise TimeoutError(f"no end within {_SECONDS_A_TEST} s of processor time")


def run(job: dict[str, Any], answer: str) -> None:
    """Run the tests of a package in this (forked) process, and write what became of them."""
    folder = Path(job["folder"])
    os.chdir(folder)
    sys.path[:0] = [str(folder), str(folder / "src")]
    sys.path += job["beside"]
    log = os.open(f"{answer}.log", os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    resource.setrlimit(resource.RLIMIT_CPU, (int(job["seconds"]), int(job["seconds"]) + 5))
    import pytest

    outcomes = _Outcomes(Path(answer))
    options = [
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "-o",
        "addopts=",
        "-o",
        "filterwarnings=",
        "-W",
        "ignore",
        "--tb=short",
    ]
    with contextlib.suppress(SystemExit):
        pytest.main([*options, "--continue-on-collection-errors", *job["tests"]], plugins=[outcomes])
    outcomes.note()


def forked(job: dict[str, Any]) -> dict[str, str]:
    """The outcomes of a job that runs in a process of its own, which may take only so much processor time."""
    with tempfile.TemporaryDirectory() as scratch:
        answer = f"{scratch}/answer"
        child = os.fork()
        if not child:
            os.setsid()
            try:
                run(job, answer)
            finally:
                os._exit(0)
        end = time.monotonic() + _WAITS * float(job["seconds"])
        late: dict[str, str] = {}
        while time.monotonic() < end:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                if os.WIFSIGNALED(status):
                    late = {
                        "": f"ended by signal {os.WTERMSIG(status)}, {job['seconds']} s of processor time at most"
                    }
                break
            time.sleep(0.2)
        else:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            late = {"": f"no end within {job['seconds']} s"}
        if not Path(answer).exists():
            return late or {"": "the process ended without an answer"}
        found: dict[str, str] = json.loads(Path(answer).read_text())
        return found | late


def main() -> None:
    """Import the framework, then answer each job."""
    world = sys.argv[1]
    os.environ["KERAS_BACKEND"] = "jax" if world == "jax" else "tensorflow"
    os.environ.update(
        TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", OMP_NUM_THREADS="1", MPLBACKEND="Agg"
    )
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")
    os.environ.pop("TF_USE_LEGACY_KERAS", None)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    if world == "legacy":
        os.environ["TF_USE_LEGACY_KERAS"] = "1"
        import tf_keras

        for name in _UTILS:  # ``from keras.utils import conv_utils``
            with contextlib.suppress(ImportError):
                setattr(tf_keras.utils, name, importlib.import_module(f"tf_keras.src.utils.{name}"))
        sys.meta_path.insert(0, _Alias())
        sys.modules["keras"] = tf_keras
        for name in ("engine", "wrappers"):  # ``import keras`` and then ``keras.engine``
            setattr(tf_keras, name, importlib.import_module(f"keras.{name}"))
    else:
        importlib.import_module("keras")
    if os.environ["KERAS_BACKEND"] == "tensorflow":
        importlib.import_module("tensorflow")
    for line in sys.stdin:
        answers.write(json.dumps(forked(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
