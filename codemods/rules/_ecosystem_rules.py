"""The data of family ``ECO``; what the rules do stands in ``ecosystem``."""

from __future__ import annotations

from codemods.rules.api import EVERYWHERE, SourceRule
from migrate.findings import Fix, Severity

_GUIDE = "https://keras.io/guides/migrating_to_keras_3/"
_SWITCH = "https://github.com/tensorflow/tensorflow/releases/tag/v2.16.1"

KERAS_2_OBJECT = SourceRule(
    code="ECO001",
    name="object-of-a-keras-2-package",
    summary="The object comes from a package that works with Keras 2 only.",
    severity=Severity.WARNING,
    fix=Fix.MANUAL,
    targets=EVERYWHERE,
    why="The packages of the table in docs/ecosystem.md never moved to Keras 3: their layers, models, optimizers, "
    "losses and metrics are those of tf-keras, or the package no longer imports beside TensorFlow 2.16.",
    references=("tensorflow/hub#920", "tensorflow/addons#2807", "tensorflow/probability#2006", _GUIDE),
    manual="see docs/ecosystem.md for what took its place",
)
STAYS = SourceRule(
    code="ECO002",
    name="stays-with-keras-2",
    summary="The file is connected with an object of Keras 2, so its own Keras objects stay with Keras 2.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    targets=EVERYWHERE,
    why="A layer, loss, metric or optimizer of tf-keras in a model of Keras 3 raises, or is taken for a plain function "
    "whose variables are neither trained nor saved; the other way round as well. Code that is connected with such an "
    "object, through one file or through imports between files, is therefore not moved to `keras`: it imports "
    "`tf_keras` by name where the package works with that, and stays as it is where the package needs TensorFlow 2.15 "
    "or older.",
    references=("tensorflow/tensorflow#63849", "tensorflow/hub#920", _SWITCH),
    manual="replace the object, or keep tf-keras beside Keras 3",
)
TENSORFLOW_NAME = SourceRule(
    code="ECO003",
    name="tensorflow-name-gone",
    summary="TensorFlow 2.16 and later have no such name.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    targets=EVERYWHERE,
    why="`tf.estimator` left with TensorFlow 2.16, `tf.contrib` and the other names of TensorFlow 1 with 2.0. Which "
    "names are gone is read from the live API of TensorFlow (scripts/catalogue/tensorflow_names.py).",
    references=("tensorflow/tensorflow#61920", _SWITCH),
    manual="keep TensorFlow 2.15 for this code, or write it with Keras",
)
SUCCESSOR = SourceRule(
    code="ECO004",
    name="package-with-a-successor",
    summary="The package lives on under another name.",
    severity=Severity.WARNING,
    fix=Fix.MANUAL,
    why="KerasCV and KerasNLP became KerasHub, Keras Core became Keras 3. Presets and constructors changed on the way, "
    "so the name is not replaced automatically.",
    references=("https://keras.io/keras_hub/",),
    manual="see docs/ecosystem.md for the new name",
)
FEATURE_COLUMN = SourceRule(
    code="ECO005",
    name="feature-column",
    summary="Nothing in Keras 3 takes feature columns.",
    severity=Severity.WARNING,
    fix=Fix.MANUAL,
    why="TensorFlow still has `tf.feature_column`, but what took the columns is gone: `DenseFeatures` with Keras 2, "
    "`tf.estimator` with TensorFlow 2.16.",
    references=("tensorflow/tensorflow#61920", "https://keras.io/api/utils/feature_space/"),
    manual="use keras.utils.FeatureSpace, or preprocessing layers in the model",
)
