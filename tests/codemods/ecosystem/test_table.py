"""The table of packages around Keras 2: complete, unambiguous, and true of the TensorFlow that is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from codemods.ecosystem import HOLDING, World, heads, named, objects, packages, tensorflow_names

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", sorted(packages()))
def test_a_package_says_what_to_do_and_where_to_read_more(name: str) -> None:
    package = packages()[name]
    assert package.references
    assert package.distribution
    assert bool(package.instead) is (package.world is not World.KERAS_3)
    assert bool(package.since) or package.world is not World.KERAS_3


@pytest.mark.parametrize("pattern", [row[0] for row in objects()])
def test_a_pattern_lies_in_a_package_and_is_not_hidden_by_one_above(pattern: str) -> None:
    assert pattern.partition(".")[0].rstrip("*") in heads()
    example = pattern.replace("*", "X")
    first = next(row[0] for row in objects() if fnmatchcase(example, row[0]))
    assert first == pattern


def test_names_that_belong_to_keras_2_and_names_that_do_not() -> None:
    bound = {
        "tensorflow_hub.KerasLayer",
        "tensorflow_model_optimization.quantization.keras.quantize_model",
        "tensorflow_probability.layers.DenseFlipout",
        "tensorflow_addons.optimizers.LAMB",
        "transformers.TFBertModel.from_pretrained",
        "transformers.models.bert.modeling_tf_bert.TFBertModel",
        "keras_contrib.layers.InstanceNormalization",
        "qkeras.QDense",
        "official.nlp.optimization.create_optimizer",
    }
    free = {
        "tensorflow_hub.load",
        "tensorflow_hub",
        "tensorflow_probability.distributions.Normal",
        "transformers.AutoTokenizer",
        "tensorflow_addons.image.rotate",
        "keras_tuner.HyperModel",
    }
    assert {name for name in bound | free if (known := named(name)) and known.bound} == bound
    assert named("numpy.mean") is None


def test_every_holding_package_has_something_that_holds() -> None:
    for package in packages().values():
        if package.world in HOLDING and package.name not in {
            "keras_applications",
            "keras_preprocessing",
            "hyperas",
        }:
            candidates = [
                f"{package.name}.Thing",
                f"{package.name}.keras.layers.Thing",
                f"{package.name}.TFThing",
            ]
            candidates.append(f"{package.name}.layers.Thing")
            assert any((known := named(name)) and known.bound for name in candidates), package.name


@pytest.mark.slow
def test_tensorflow_has_none_of_the_names_that_are_called_gone() -> None:
    script = ROOT / "scripts" / "catalogue" / "tensorflow_names.py"
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}
    environment.pop("TF_USE_LEGACY_KERAS", None)
    answer = subprocess.run(
        [sys.executable, str(script), "list"], capture_output=True, check=True, env=environment, timeout=300
    )
    live = set(json.loads(answer.stdout))
    assert len(live) > 3000
    assert {
        "tf.estimator",
        "tf.contrib",
        "tf.layers",
        "tf.compat.v1.nn.rnn_cell.LSTMCell",
    } <= tensorflow_names().keys()
    assert not live & tensorflow_names().keys()
