"""Positional arguments that meant different things in different releases."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.names.repository import Repository
from codemods.options import Options
from codemods.run.runner import process
from codemods.testing import check_noop, run
from migrate.findings import Fix

STANDALONE = "from keras.optimizers import *\n"


def line(call: str, head: str = STANDALONE) -> str:
    return run(f"{head}{call}\n").text.splitlines()[-1]


def fixes(call: str, head: str = STANDALONE) -> list[Fix]:
    return [f.fix for f in run(f"{head}{call}\n").findings if f.code in {"OPZ112", "DAT104"}]


CERTAIN = {
    "SGD(0.1, 0.9, 1e-6, True)": "SGD(0.1, 0.9, decay=1e-6, nesterov=True)",
    "SGD(0.1, 0.9, 1e-6)": "SGD(0.1, 0.9, decay=1e-6)",
    "Adam(1e-3, 0.9, 0.999, 1e-8, 0.01)": "Adam(1e-3, 0.9, 0.999, 1e-8, decay=0.01)",
    "Adam(1e-3, 0.9, 0.999, 1e-8, 0.01, True)": "Adam(1e-3, 0.9, 0.999, 1e-8, decay=0.01, amsgrad=True)",
    "Nadam(1e-3, 0.9, 0.999, 1e-8, 'n')": "Nadam(1e-3, 0.9, 0.999, 1e-8, name='n')",
}


@pytest.mark.parametrize("call", CERTAIN)
def test_the_kinds_of_the_values_tell_the_release(call: str) -> None:
    assert line(call) == CERTAIN[call]


@pytest.mark.parametrize("call", ["RMSprop(0.001, 0.9, 1e-8)", "Adagrad(0.1, 1e-6)", "SGD(a, b, c, d)"])
def test_releases_that_disagree_wait_to_be_asked_for(call: str) -> None:
    assert fixes(call) == [Fix.UNSAFE]
    assert line(call) == call


@pytest.mark.parametrize(
    "call", ["SGD(0.1, 0.9)", "SGD(0.1, 0.9, True)", "Adam(1e-3, 0.9, 0.999, 1e-8)", "SGD(*a, 1, 2)"]
)
def test_what_means_the_same_in_each_release_stays(call: str) -> None:
    assert not fixes(call)


def test_tf_keras_without_pins_is_not_taken_for_the_old_order() -> None:
    """The name is written down: once the import says ``keras``, a second run could not know it."""
    head = "from tensorflow.keras.optimizers import *\n"
    made = run(f"{head}RMSprop(0.001, 0.9, 0.1)\n", unsafe=True).text
    assert made.splitlines()[-1] == "RMSprop(0.001, 0.9, momentum=0.1)"
    assert run(made, unsafe=True).text == made


def test_an_idiom_of_keras_1_tells_the_release() -> None:
    head = "from keras.models import Sequential\nSequential().fit(x, y, nb_epoch=3)\n" + STANDALONE
    assert line("RMSprop(0.001, 0.9, 1e-8)", head) == "RMSprop(0.001, 0.9, epsilon=1e-8)"


def test_an_idiom_of_keras_2_3_tells_the_release() -> None:
    head = STANDALONE + "SGD(learning_rate=0.1)\n"
    assert line("RMSprop(0.001, 0.9, 1e-8)", head) == "RMSprop(0.001, 0.9, momentum=1e-8)"


@pytest.mark.parametrize(
    ("pin", "made"),
    [
        ("keras==2.2.4", "RMSprop(0.001, 0.9, epsilon=1e-8)"),
        ("keras>=2.4,<2.11", "RMSprop(0.001, 0.9, momentum=1e-8)"),
    ],
)
def test_the_pins_of_the_project_tell_the_release(tmp_path: Path, pin: str, made: str) -> None:
    (tmp_path / "setup.cfg").touch()
    (tmp_path / "requirements.txt").write_text(f"{pin}\n")
    file = tmp_path / "a.py"
    file.write_text("from keras.optimizers import RMSprop\nRMSprop(0.001, 0.9, 1e-8)\n")
    result = process(file, Options(), Repository())
    assert (result.new or file.read_bytes()).decode().splitlines()[-1] == made


@pytest.mark.parametrize(
    ("pin", "made"),
    [
        ("1.13.2", "RMSprop(0.001, 0.9, epsilon=1e-8)"),
        ("1.15.5", "RMSprop(0.001, 0.9, momentum=1e-8)"),
    ],
)
def test_tensorflow_1_13_had_the_order_of_keras_2_2(tmp_path: Path, pin: str, made: str) -> None:
    (tmp_path / "setup.cfg").touch()
    (tmp_path / "requirements.txt").write_text(f"tensorflow=={pin}\n")
    file = tmp_path / "a.py"
    file.write_text("from tensorflow.keras.optimizers import RMSprop\nRMSprop(0.001, 0.9, 1e-8)\n")
    result = process(file, Options(), Repository())
    assert (result.new or file.read_bytes()).decode().splitlines()[-1] == made


def test_images_of_both_orders() -> None:
    head = "from keras.preprocessing.image import load_img\n"
    assert line("load_img(p, False, (3, 3))", head) == "load_img(p, target_size=(3, 3))"
    assert line("load_img(p, True, 'rgb', (3, 3))", head).startswith(
        "load_img(p, grayscale=True, color_mode='rgb'"
    )
    assert fixes("load_img(p, gray, size)", head) == [Fix.UNSAFE]
    assert not fixes("load_img(p)", head)


def test_code_for_keras_3_and_other_libraries_stay() -> None:
    check_noop("from keras import ops\nfrom keras.optimizers import SGD\nSGD(0.1, 0.9, True, 1e-6)\n")
    check_noop("import keras\nfrom torch.optim import SGD\nSGD(0.1, 0.9, 1e-6, True)\n")
