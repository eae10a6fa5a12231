"""Run a program in this process as Python would, with hooks, from fixed seeds, and write down what it did."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import sys
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType

import tensorflow as tf

from migrate.capsule.store import load_arrays
from migrate.worlds.contracts.proving import RanProgram, RunInLockstep
from migrate.worlds.lockstep.hooks import Hooks
from migrate.worlds.lockstep.recorder import Finished, Recorder
from migrate.worlds.lockstep.sites import Sites, Watch

_SEED = 20240229
_OUTPUT = 4000
"""Characters of an error that are handed on."""


def run_program(
    keras: ModuleType,
    fixed: Callable[[], AbstractContextManager[None]],
    call: RunInLockstep,
    scratch: Path,
) -> RanProgram:
    """Run the program of a call in a copy of its folder, with the random draws of the world fixed."""
    work = scratch / "program"
    _copy(call.folder, work)
    sites = Sites(work)
    recorder = Recorder(call.steps)
    given = load_arrays(call.reference) if call.reference is not None else None
    hooks = Hooks(keras, recorder, sites, given)
    hooks.install()
    tf.config.run_functions_eagerly(True)
    keras.utils.set_random_seed(_SEED)
    error = site = ""
    watch = Watch(sites, hooks.value, lambda: recorder.inside)
    os.chdir(work)
    try:
        with fixed():
            watch.start()
            _start(call.arguments, work)
            hooks.own.close()
    except Finished:
        pass
    except SystemExit as ended:
        error = f"it ended with status {ended.code}" if ended.code not in (None, 0) else ""
    except BaseException as raised:  # noqa: BLE001 - whatever a program raises is what is reported
        error = f"{type(raised).__name__}: {raised}"[:_OUTPUT]
        lines = re.findall(rf'File "{re.escape(str(work))}/([^"]+)", line (\d+)', traceback.format_exc())
        site = ":".join(lines[-1]) if lines else ""
    finally:
        watch.stop()
    trace, arrays = recorder.save(scratch, call.stem, hooks.kept)
    return RanProgram(str(trace), str(arrays), recorder.step, error, site)


def _copy(source: Path, target: Path) -> None:
    """Copy the files of a folder; their permissions and times, which the sandbox lets nobody set, are left out."""
    for folder, _, files in os.walk(source):
        there = target / Path(folder).relative_to(source)
        there.mkdir(parents=True, exist_ok=True)
        for name in files:
            shutil.copyfile(Path(folder, name), there / name)


def _start(arguments: list[str], work: Path) -> None:
    """What ``python ARGUMENTS`` does, here."""
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        sys.path.insert(0, str(work))
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        return
    sys.argv = list(arguments)
    script = work / arguments[0]
    sys.path.insert(0, str(script.parent))
    runpy.run_path(str(script), run_name="__main__")
