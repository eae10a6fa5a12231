"""The catalogue: complete, consistent with itself and with the live APIs, and right where it matters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from codemods.catalogue import load, names, newest, positional, within
from codemods.catalogue.coverage import measure
from codemods.catalogue.tables import rows

PROBE = Path(__file__).parents[3] / "scripts" / "catalogue" / "probe.py"
OVERLAY = PROBE.parent / "overlay" / "arguments.tsv"
CATALOGUE = load()


def live(module: str) -> dict[str, Any]:
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    answer = subprocess.run(
        [sys.executable, str(PROBE), module], capture_output=True, check=True, env=environment, timeout=300
    )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def test_nothing_is_unclassified() -> None:
    for found in measure():
        assert found.complete, found.missing


def test_the_counts_are_those_of_the_two_apis() -> None:
    found = {c.what: c.total for c in measure()}
    assert found["names"] >= 990
    assert found["signatures"] >= 121


@pytest.mark.parametrize("target", ["keras", "tf.keras"])
def test_every_destination_exists(target: str) -> None:
    for symbol in CATALOGUE.symbols.values():
        place = symbol.keras if target == "keras" else symbol.tf
        if place:
            assert CATALOGUE.exists(f"keras.{place}", target), symbol


def test_what_is_called_gone_is_gone() -> None:
    for symbol in CATALOGUE.symbols.values():
        if symbol.status in {"removed", "internal", "tf-only", "function"}:
            assert not CATALOGUE.exists(f"keras.{symbol.name}"), symbol


def test_every_lost_name_says_what_to_do_or_where_it_went() -> None:
    for symbol in CATALOGUE.symbols.values():
        if symbol.status in {"removed", "tf-only"} and symbol.kind in {"class", "function"}:
            assert symbol.note, symbol


def test_the_names_that_only_tf_keras_has() -> None:
    legacy = {row[0] for row in rows("legacy") if "v2" in row[2].split()}
    lost = {name for name in legacy if not CATALOGUE.exists(f"keras.{name}")}
    alive = {name for name in lost if CATALOGUE.exists(f"keras.{name}", "tf.keras")}
    assert (len(lost), len(alive)) == (383, 173)


def test_every_argument_is_one_of_keras_2() -> None:
    """In the signature, or hidden behind ``**kwargs`` and then written down by hand: no row of the table is made up."""
    by_hand = [line.split("\t")[:2] for line in OVERLAY.read_text("utf-8").splitlines()]
    for symbol, argument, *_ in rows("arguments"):
        signature = CATALOGUE.legacy_signature(f"keras.{symbol}")
        in_signature = signature is not None and argument in names(signature)
        listed = {pattern for pattern, name in by_hand if name == argument}
        same = {
            symbol,
            *(name for name in listed if _one_thing(name, symbol)),
        }  # under another name of Keras 2
        assert in_signature or any(fnmatchcase(n, p) for n in same for p in listed), (symbol, argument)


def _one_thing(name: str, other: str) -> bool:
    """``regularizers.l1`` and ``regularizers.L1``, ``models.save_model`` and ``saving.save_model``."""
    return name.rpartition(".")[2].casefold() == other.rpartition(".")[2].casefold()


def test_renamed_arguments_are_taken_by_keras_3() -> None:
    for row in rows("arguments"):
        symbol, _, change, _, policy, value, _ = row
        place = CATALOGUE.destination(f"keras.{symbol}")
        if policy == "rename" and change == "removed" and "*" not in symbol and place:
            assert CATALOGUE.accepts(place, value), row


def test_calls_to_write_name_what_keras_3_has() -> None:
    import re

    for functions in CATALOGUE.functions.values():
        for function in functions:
            for name in re.findall(r"keras(?:\.\w+)+", function.call):
                assert CATALOGUE.exists(name), function


def test_holes_of_calls_are_parameters() -> None:
    import ast

    for functions in CATALOGUE.functions.values():
        for function in functions:
            if not function.call or function.call.startswith("@"):
                continue
            known = set(names(function.parameters)) | {
                "keras",
                "tf",
                "math",
                "sum",
                "len",
                "tuple",
                "isinstance",
            }
            tree = ast.parse(function.call, mode="eval")
            loaded = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} - {"item"}
            assert loaded <= known or function.fix == "manual", function


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("keras.layers.core.Dense", "keras.layers.Dense"),
        ("keras.layers.convolutional.Convolution2D", "keras.layers.Convolution2D"),
        ("keras.layers.advanced_activations.LeakyReLU", "keras.layers.LeakyReLU"),
        ("keras.layers.normalization.BatchNormalization", "keras.layers.BatchNormalization"),
        ("keras.engine.topology.Layer", "keras.layers.Layer"),
        ("keras.engine.base_layer.InputSpec", "keras.layers.InputSpec"),
        ("keras.utils.np_utils.to_categorical", "keras.utils.to_categorical"),
        ("keras.utils.vis_utils.plot_model", "keras.utils.plot_model"),
        ("keras.utils.generic_utils.get_custom_objects", "keras.utils.get_custom_objects"),
        ("keras.objectives.mean_squared_error", "keras.losses.mean_squared_error"),
        ("keras.src.layers.core.dense.Dense", "keras.layers.Dense"),
        ("keras.backend.tensorflow_backend.set_session", "keras.backend.set_session"),
        ("keras.layers.Dense", "keras.layers.Dense"),
        ("keras.ops.mean", "keras.ops.mean"),
        ("keras.no.such.Thing", "keras.no.such.Thing"),
        ("numpy.mean", "numpy.mean"),
    ],
)
def test_canonical(old: str, new: str) -> None:
    assert CATALOGUE.canonical(old) == new


@pytest.mark.parametrize(
    ("name", "keras", "tf"),
    [
        ("keras.layers.Dense", "keras.layers.Dense", "keras.layers.Dense"),
        ("keras.layers", "keras.layers", "keras.layers"),
        ("keras.losses.mse", "keras.losses.mean_squared_error", "keras.losses.mse"),
        ("keras.metrics.MSE", "keras.metrics.mean_squared_error", "keras.metrics.MSE"),
        ("keras.optimizers.experimental.Adam", "keras.optimizers.Adam", "keras.optimizers.Adam"),
        (
            "keras.layers.experimental.preprocessing.Resizing",
            "keras.layers.Resizing",
            "keras.layers.Resizing",
        ),
        ("keras.preprocessing.text.Tokenizer", None, "keras.preprocessing.text.Tokenizer"),
        ("keras.backend.mean", None, "keras.backend.mean"),
        ("keras.backend.function", None, None),
        ("keras.backend.epsilon", "keras.backend.epsilon", "keras.backend.epsilon"),
        ("keras.optimizers.legacy.Adam", None, None),
        ("keras.layers.LocallyConnected2D", None, None),
        ("keras.layers.Merge", None, None),
        ("keras.utils.Sequence", "keras.utils.Sequence", "keras.utils.Sequence"),
    ],
)
def test_destination(name: str, keras: str | None, tf: str | None) -> None:
    assert CATALOGUE.destination(name, "keras") == keras
    assert CATALOGUE.destination(name, "tf.keras") == tf


def test_the_place_to_stay_is_keras_2() -> None:
    assert CATALOGUE.destination("keras.layers.core.Dense", "tf_keras") == "keras.layers.Dense"
    assert CATALOGUE.destination("keras.ops.mean", "tf_keras") is None


def test_tf_keras_shows_fewer_names_than_keras() -> None:
    # tf.keras 3.15 has neither `saving` as an attribute nor the long names of these losses
    assert CATALOGUE.destination("keras.losses.mean_squared_error", "tf.keras") == "keras.losses.MSE"
    assert CATALOGUE.destination("keras.saving.load_model", "tf.keras") == "keras.models.load_model"


def test_versions() -> None:
    assert within((3, 2), "<3.3")
    assert not within((3, 10), "<3.3")
    assert within((3, 10), ">=3.9")
    assert within((3, 14), ">=3.1,<3.3|>=3.13")
    assert not within((3, 12), ">=3.1,<3.3|>=3.13")
    assert within(newest, "")
    assert CATALOGUE.exists("keras.saving.load_model", version=(3, 0))
    assert not CATALOGUE.exists("keras.wrappers.SKLearnClassifier", version=(3, 0))


def test_arguments_by_destination() -> None:
    assert CATALOGUE.accepts("keras.layers.Embedding", "weights")
    assert not CATALOGUE.accepts("keras.layers.Embedding", "weights", version=(3, 2))
    assert CATALOGUE.accepts("keras.layers.Dense", "input_shape")
    assert CATALOGUE.accepts("keras.layers.Dense", "name")
    assert not CATALOGUE.accepts("keras.layers.Dense", "batch_input_shape")
    assert not CATALOGUE.accepts("keras.optimizers.Adam", "lr")


def test_signature_text() -> None:
    text = "units activation=None * flag=True **kwargs + name dtype"
    assert names(text) == ("units", "activation", "*", "flag", "**", "name", "dtype")
    assert positional(text) == ("units", "activation")


def test_no_heavy_import() -> None:
    code = (
        "import sys; from codemods.catalogue import load; load().destination('keras.layers.Dense');"
        "print([m for m in ('keras', 'tf_keras', 'tensorflow', 'numpy', 'libcst') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


@pytest.mark.slow
def test_keras_3_has_what_the_tables_say() -> None:
    found = live("keras")
    if found["version"].split(".")[:2] != [str(part) for part in newest]:
        pytest.skip(f"the tables were made with Keras {newest}, installed is {found['version']}")
    stored = {row[0] for row in rows("modern") if row[2] != "tf" and within(newest, row[3])}
    assert stored == set(found["names"])
    for symbol in CATALOGUE.symbols.values():
        if symbol.keras:
            assert symbol.keras in found["names"], symbol


@pytest.mark.slow
def test_keras_2_has_no_other_names() -> None:
    found = live("tf_keras")
    if not found["version"].startswith("2.21"):
        pytest.skip(f"the tables were made with tf-keras 2.21, installed is {found['version']}")
    assert {row[0] for row in rows("legacy") if "v2" in row[2].split()} == set(found["names"])
