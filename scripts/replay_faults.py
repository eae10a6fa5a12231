"""Replay the known faults of Keras 3 (docs/models.md) through ``keras-migrate minimise``.

Each fault is planted again by leaving out the rule, or the workaround, that repairs it, in an authentic file of
``legacy_models``. The minimiser must find a part of at most so many layers that holds the class, on one row of inputs
where that shows it, and its script must show the fault when it is run.

    python scripts/replay_faults.py [--only SIL035] [--out FOLDER]

Exit status 1 when one is not found, or not shown.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "legacy_models"
TF28 = "tf.keras-2.8"


@dataclass(frozen=True, slots=True)
class Fault:
    """One known fault.

    Attributes:
        name: as docs/models.md has it, short.
        case: file of ``legacy_models``.
        without: what is left out.
        involved: a class, or the function of an operation, that the part must hold.
        most: layers of the part at most, its inputs included.
        raises: whether Keras 3 computes nothing, instead of other numbers.
    """

    name: str
    case: str
    without: str
    involved: str
    most: int
    raises: bool = False


FAULTS: Sequence[Fault] = (
    Fault("TimeDistributed steps over the batch", f"{TF28}/time_distributed_dynamic/model.h5", "SIL026",
          "TimeDistributed", 3),
    Fault("masks joined by or", "keras-2.2.4/masks_merged/model.h5", "SIL035", "Concatenate", 7),
    Fault("masked numbers left out", "keras-2.2.4/masks_multiplied/model.h5", "SIL035", "Multiply", 6),
    Fault("dilated Conv2DTranspose", "keras-2.2.4/dilated_transposed/model.h5", "CFG124", "Conv2DTranspose", 2, True),
    Fault("RNN over one cell", "tf.keras-2.4/single_cells/model.h5", "CFG125", "RNN", 2, True),
    Fault("lookup layers answer int64", f"{TF28}/lookups_given/model.h5", "SIL020", "Lookup", 3),
    Fault("RandomCrop", f"{TF28}/image_random_sizes/model.h5", "SIL021", "RandomCrop", 2),
    Fault("Discretization truncates", f"{TF28}/buckets/model.h5", "SIL059", "Discretization", 2),
    Fault("masked queries", "tf.keras-2.15/attention_of_padding-keras/model.keras", "SIL040", "MultiHeadAttention", 6),
    Fault("a mask's operation has a layer's name", "keras-2.2.4/masks_concatenated/model.h5", "operation-names",
          "Concatenate", 7, True),
    Fault("conv_transpose in a graph", f"{TF28}/ops_windows/model.h5", "ops.conv_transpose", "conv2d_transpose", 3,
          True),
    Fault("argmin of -0.0", f"{TF28}/ops_integers/model.h5", "ops.argmin", "argmin", 4),
)  # fmt: skip


UNSEEN = Fault("Huber without delta", "tf.keras-2.13/train_loss_huber-keras/model.keras", "LOSS005", "", 0)
"""The one that no minimiser of outputs can find: they do not depend on the loss that a model was compiled with."""
_HUBER = """
import keras, numpy as np
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
model.compile("sgd", keras.losses.Huber(delta=0.5))
model.save("huber.keras")
again = keras.saving.load_model("huber.keras")
x, y = np.array([[3.0]]), np.array([[0.0]])
same = np.array_equal(model(x), again(x))
print("outputs equal" if same else "outputs differ", model.evaluate(x, y, verbose=0), again.evaluate(x, y, verbose=0))
"""


def unseen(out: Path) -> str:
    """What shows that outputs cannot show it: none is found, and the loss alone is another one after loading."""
    done = _minimised(UNSEEN, out)
    out.mkdir(exist_ok=True)
    shown = _run([sys.executable, "-c", _HUBER], out).stdout.strip().splitlines()[-1]
    words = shown.split()
    right = (
        done.returncode == 1
        and not json.loads(done.stdout)["files"]
        and words[1] == "equal"
        and words[2] != words[3]
    )
    return f"{'none, as it must be' if right else 'NOT as it should be'}; the loss before and after loading: {shown}"


def replay(fault: Fault, out: Path) -> str:
    """What was found, in a line; begins with ``NOT`` where it is not what it should be."""
    done = _minimised(fault, out)
    if done.returncode:
        return f"NOT found: {done.stdout.strip()[-300:]} {done.stderr.strip()[-300:]}"
    answer = json.loads(done.stdout)
    described = json.loads((out / "keras2.json").read_text())["config"]["layers"]
    classes = [_what(layer) for layer in described]
    shown = _run([sys.executable, "reproduce.py"], out)
    lines = (shown.stdout.strip() or shown.stderr.strip()).splitlines()
    last = next((line for line in lines if line.startswith("Keras ")), lines[-1])
    found = (
        f"{len(classes)} layers ({', '.join(classes)}) after {answer['tried']}; {answer['difference'][:120]}; "
        f"script: {last[:120]}"
    )
    raised = "Error" in last
    differs = "largest difference" in last and float(last.split()[-1]) > 0
    right = (
        (raised if fault.raises else differs)
        and fault.involved in " ".join(classes)
        and len(classes) <= fault.most
    )
    return found if right else f"NOT as it should be: {found}"


def _minimised(fault: Fault, out: Path) -> subprocess.CompletedProcess[str]:
    """The command, which answers in JSON."""
    model, without = str(MODELS / fault.case), fault.without
    options = ["--out", str(out), "--without-rule", without, "--seed", "0", "--format", "json"]
    return _run([sys.executable, "-m", "migrate", "minimise", model, *options], ROOT)


def _what(layer: dict[str, object]) -> str:
    config = layer["config"]
    assert isinstance(config, dict)
    return f"{layer['class_name']} {config['function']}" if "function" in config else str(layer["class_name"])


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "CUDA_VISIBLE_DEVICES": "",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def main() -> int:
    """Replay, and print a line for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="part of what is left out")
    parser.add_argument("--out", type=Path, help="keep what is found here")
    arguments = parser.parse_args()
    wrong = 0
    faults = [fault for fault in (*FAULTS, UNSEEN) if arguments.only in fault.without]
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        for number, fault in enumerate(faults):
            began = time.monotonic()
            folder = (arguments.out or Path(place)) / f"{number}-{fault.without}"
            found = unseen(folder) if fault is UNSEEN else replay(fault, folder)
            wrong += found.startswith("NOT")
            print(f"{fault.name} ({fault.without}), {time.monotonic() - began:.0f} s: {found}", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
