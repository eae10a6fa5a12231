"""PIN: what requirement files, images and CI files install. The files are read by ``codemods.run.pins``."""

from __future__ import annotations

from codemods.rules.api import EVERYWHERE, MODERN, SourceRule, Target, declare
from migrate.findings import Fix, Severity

KERAS = SourceRule(
    code="PIN001",
    name="keras-pin",
    summary="The requirement keeps Keras below 3.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    why="The rewritten code is Keras 3 code: with Keras 2 installed its imports fail.",
    references=("https://keras.io/getting_started/",),
)
TENSORFLOW = SourceRule(
    code="PIN002",
    name="tensorflow-pin",
    summary="The requirement keeps TensorFlow below 2.16, the first release that works with Keras 3.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why=(
        "TensorFlow 2.16 made Keras 3 its `tf.keras`; older releases include the Keras 2 with their own version "
        "number and do not work as a backend of current Keras 3. The upgrade may need a newer Python and a newer "
        "NumPy, so the change requires --unsafe."
    ),
    references=("https://keras.io/getting_started/", "tensorflow/tensorflow#63849"),
)
GPU = SourceRule(
    code="PIN003",
    name="tensorflow-gpu",
    summary="`tensorflow-gpu` ended with 2.12; `tensorflow[and-cuda]` replaces it.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    targets=EVERYWHERE,
    why="The package raises an error on installation since December 2022.",
    references=("tensorflow/tensorflow#58975",),
)
DISCONTINUED = SourceRule(
    code="PIN004",
    name="discontinued-package",
    summary="The package was made for Keras 2 and is no longer maintained.",
    severity=Severity.WARNING,
    fix=Fix.MANUAL,
    manual="remove it once nothing imports it",
    why="`keras-applications` and `keras-preprocessing` became part of Keras, the others ended with Keras 2.",
    references=("tensorflow/addons#2807", "keras-team/keras-applications#205"),
)
STAY = SourceRule(
    code="PIN005",
    name="tf-keras-missing",
    summary="TensorFlow 2.16 and later include Keras 3; code that stays on Keras 2 needs `tf-keras`.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    targets=frozenset({Target.TF_KERAS_2}),
    manual="add tf-keras with the minor version of TensorFlow (tensorflow==2.18 goes with tf-keras==2.18)",
    why="`tf_keras` is a separate package, and TensorFlow does not depend on it.",
    references=("https://github.com/keras-team/tf-keras",),
)
NUMPY = SourceRule(
    code="PIN006",
    name="numpy-2",
    summary="Keras before 3.7 does not work with NumPy 2 (`np.Inf` and others were removed).",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    destination="<3.7",
    targets=MODERN,
    manual="keep numpy<2, or upgrade to Keras 3.7 or later",
    why="`ModelCheckpoint` and `ReduceLROnPlateau` of those releases use names that NumPy 2 removed.",
    references=("keras-team/keras#19691",),
)
LEGACY_SWITCH = SourceRule(
    code="PIN007",
    name="legacy-switch",
    summary="`TF_USE_LEGACY_KERAS` makes `tf.keras` Keras 2 again.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    manual="remove the variable together with the rewrite, or choose --target tf_keras",
    why="With the variable set, `tf.keras` is tf-keras, whose objects cannot be mixed with those of `keras`.",
    references=("https://github.com/tensorflow/tensorflow/releases/tag/v2.16.1",),
)
ISLAND = SourceRule(
    code="PIN008",
    name="tf-keras-of-an-island",
    summary="Files of the project stay on `tf_keras`, which no requirement installs.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    targets=MODERN,
    manual="add tf-keras with the minor version of TensorFlow (tensorflow==2.18 goes with tf-keras==2.18)",
    why="Code that uses an object from a Keras-2-only package imports `tf_keras` (ECO002), a separate package.",
    references=("https://github.com/keras-team/tf-keras",),
)
declare(KERAS, TENSORFLOW, GPU, DISCONTINUED, STAY, NUMPY, LEGACY_SWITCH, ISLAND)
