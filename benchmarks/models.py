"""Models per second, end to end with both outputs and all comparisons, against the script that a user would write.

The script starts two subprocesses per model: one loads with tf-keras and dumps configuration and weights, one
rebuilds with Keras 3, with the few repairs that one finds out by trying, and writes both outputs. It compares nothing,
so that it is an easy rival. It is timed as a plain loop over the models, which is how it would be written, and with as
many models side by side as our command has jobs. All run in one call of this file; the figures are ratios.

    python benchmarks/models.py [--models 100] [--script 6] [--jobs 2]
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DUMP = """
import sys, numpy as np, tf_keras
model = tf_keras.models.load_model(sys.argv[1], compile=False)
open(sys.argv[2] + '.json', 'w').write(model.to_json())
np.savez(sys.argv[2] + '.npz', *model.get_weights())
"""
BUILD = """
import json, sys, numpy as np, tensorflow, keras

def repair(value):
    # what one finds out by trying: arguments that Keras 3 refuses, and modules that it has not
    if isinstance(value, list):
        return [repair(item) for item in value]
    if not isinstance(value, dict):
        return value
    value = {key: repair(item) for key, item in value.items()}
    name, config = value.get('class_name'), value.get('config')
    if isinstance(config, dict):
        if name != 'InputLayer':
            config.pop('batch_input_shape', None)
        if name in ('SeparableConv2D', 'DepthwiseConv2D'):
            for key in ('kernel_initializer', 'kernel_regularizer', 'kernel_constraint', 'groups'):
                config.pop(key, None)
        if name == 'Functional':
            value['module'] = 'keras.src.models.functional'
    return value

weights = np.load(sys.argv[1] + '.npz')
architecture = repair(json.load(open(sys.argv[1] + '.json')))
try:
    kind = keras.Sequential if architecture['class_name'] == 'Sequential' else keras.Model
    model = kind.from_config(architecture['config'])
    model.set_weights([weights[name] for name in weights.files])
    model.save(sys.argv[1] + '.keras')
    model.export(sys.argv[1], verbose=False)
except Exception as error:
    sys.exit(f'{type(error).__name__}: {str(error)[:300]}')
"""
CASES = (
    "mlp",
    "merging",
    "siamese",
    "separable",
    "train_adam",
    "train_adagrad",
    "train_two_outputs",
    "transfer",
)


def small_models(count: int, folder: Path) -> list[Path]:
    """Copies of authentic models under names of their own, each with its bytes made different."""
    import h5py

    sources = [ROOT / "legacy_models" / "keras-2.2.4" / case / "model.h5" for case in CASES]
    copies = []
    for number, source in zip(range(count), itertools.cycle(sources), strict=False):
        copy = folder / f"model{number:03}.h5"
        shutil.copyfile(source, copy)
        with h5py.File(copy, "a") as file:
            file.attrs["copy"] = number  # else the batch would migrate equal files once
        copies.append(copy)
    return copies


def ours(folder: Path, out: Path, jobs: int) -> float:
    """Seconds of one call of the command over the folder."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "migrate", "models", str(folder), "--out", str(out)]
    subprocess.run(
        [*command, "--jobs", str(jobs), "--progress", "none"], check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - start


def theirs(models: list[Path], folder: Path, jobs: int) -> tuple[float, int]:
    """Seconds of the script over the models, ``jobs`` at a time, and how many it could rebuild."""
    from concurrent.futures import ThreadPoolExecutor

    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}

    def one(model: Path) -> bool:
        stem = str(folder / model.stem)
        legacy = {**environment, "TF_USE_LEGACY_KERAS": "1"}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([sys.executable, "-c", DUMP, str(model), stem], env=legacy, check=True, **quiet)
        built = subprocess.run([sys.executable, "-c", BUILD, stem], env=environment, check=False, **quiet)
        return built.returncode == 0

    start = time.perf_counter()
    with ThreadPoolExecutor(jobs) as pool:
        rebuilt = sum(pool.map(one, models))
    return time.perf_counter() - start, rebuilt


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=int, default=100)
    parser.add_argument("--script", type=int, default=6, help="models that the script is timed on")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        models = small_models(arguments.models, folder / "in")
        sample = models[: arguments.script]
        loop_seconds, rebuilt = theirs(sample, folder, 1)
        side_by_side_seconds, _ = theirs(sample, folder, arguments.jobs)
        seconds = ours(folder / "in", folder / "out", arguments.jobs)
        again = ours(folder / "in", folder / "out", arguments.jobs)
    per_model = seconds / arguments.models
    loop, side_by_side = loop_seconds / arguments.script, side_by_side_seconds / arguments.script
    print(f"keras-migrate: {arguments.models} models in {seconds:.1f} s, {per_model:.2f} s a model")
    print(
        f"script: {loop:.2f} s a model in a loop, {side_by_side:.2f} s with {arguments.jobs} side by side; ",
        end="",
    )
    print(f"{rebuilt} of {arguments.script} could be rebuilt, none compared")
    print(f"ratio: {loop / per_model:.1f} times faster than the loop, ", end="")
    print(f"{side_by_side / per_model:.1f} times faster than {arguments.jobs} side by side")
    print(f"a repeated run takes {again / seconds:.1%} of the first")


if __name__ == "__main__":
    main()
