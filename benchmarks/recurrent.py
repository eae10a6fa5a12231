"""How long a comparison runs recurrent layers, against ``predict`` of each framework on the same model and inputs.

Both are timed from the first call of a new model on, as a comparison calls each case once: tracing counts. The two are
taken in turn in one process, the fastest of several rounds each; the figures are ratios.

    python benchmarks/recurrent.py [--steps 2083] [--rounds 3]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
LAYERS = (("LSTM", 16, 1.0), ("GRU", 16, 0.15))
"""Class, units, and the share of the steps that its sequences have."""


def rounds_of(keras: Any, caller: Any, kind: str, units: int, steps: int, rounds: int) -> tuple[float, float]:
    """Fastest seconds of a comparison's calls and of ``predict``, on two batches of different length."""
    rng = np.random.default_rng(0)
    cases = [
        [rng.normal(size=(rows, length, 4)).astype("float32")]
        for rows, length in ((1, steps), (3, steps + 1))
    ]
    ours, theirs = [], []
    for _ in range(rounds):
        for times in (ours, theirs):
            sequence = keras.Input((None, 4))
            model = keras.Model(sequence, getattr(keras.layers, kind)(units)(sequence))
            call = caller(model, cases)
            began = time.perf_counter()
            for case in cases:
                np.asarray(call(case) if times is ours else model.predict(case[0], verbose=0))
            times.append(time.perf_counter() - began)
    return min(ours), min(theirs)


def measure(world: str, steps: int, rounds: int) -> None:
    """Print the ratios of one world, inside its process."""
    if world == "legacy":
        import tf_keras as keras

        from migrate.worlds.legacy.handlers import caller
    else:
        import keras  # type: ignore[no-redef]

        from migrate.worlds.modern.handlers import caller
    for kind, units, share in LAYERS:
        length = int(steps * share)
        ours, theirs = rounds_of(keras, caller, kind, units, length, rounds)
        print(
            f"{world}: {kind}({units}) over {length} steps: {ours:.2f} s, predict {theirs:.2f} s, "
            f"{ours / theirs:.2f} times",
            flush=True,
        )


def main() -> None:
    """One process for each world."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=2083)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--world", choices=["legacy", "modern"], help="inside the process of one world")
    arguments = parser.parse_args()
    if arguments.world:
        measure(arguments.world, arguments.steps, arguments.rounds)
        return
    for world in ("legacy", "modern"):
        environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
        if world == "legacy":
            environment["TF_USE_LEGACY_KERAS"] = "1"
        options = ["--world", world, "--steps", str(arguments.steps), "--rounds", str(arguments.rounds)]
        subprocess.run([sys.executable, __file__, *options], env=environment, check=True)


if __name__ == "__main__":
    main()
