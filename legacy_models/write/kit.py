"""One handle on whichever Keras is installed, so that a case can be written once for several eras.

Runs under Python 3.6 to 3.11.  Import order matters: ``open_kit`` sets the backend and a private home
directory before it imports Keras, because Keras 1 and 2 read ``~/.keras/keras.json`` when imported.
"""

import os
import platform
import re
import tempfile
import zlib

import numpy as np

ERA = re.compile(r"^(?P<family>keras|tf\.keras)-(?P<version>\d+\.\d+(\.\d+)?)(-(?P<backend>theano))?$")


class Kit:
    """The names a case needs: ``layers``, ``models``, ``K``, ``optimizers``, ``tf`` and the versions."""

    def __init__(self, era):
        match = ERA.match(era)
        if match is None:
            raise SystemExit("no such era: " + era)
        self.era = era
        self.standalone = match.group("family") == "keras"
        self.backend = match.group("backend") or "tensorflow"
        self.version = tuple(int(part) for part in match.group("version").split("."))
        self.tf = None
        if self.backend == "tensorflow":
            import tensorflow as tf

            self.tf = tf
        if self.standalone:
            import keras
        else:
            keras = self.tf.keras
        self.keras = keras
        self.layers = keras.layers
        self.models = keras.models
        self.K = keras.backend
        self.optimizers = keras.optimizers
        self.Sequential = keras.models.Sequential
        self.Model = keras.models.Model
        self.Input = keras.layers.Input
        self.python = platform.python_version()
        self.keras_version = getattr(keras, "__version__", None) or self._keras_package_version()
        self.tf_version = self.tf.__version__ if self.tf is not None else None
        self._check_installed(match.group("version"))

    def _check_installed(self, wanted):
        found = self.keras_version if self.standalone else self.tf_version
        if not (found + ".").startswith(wanted + "."):
            raise SystemExit("{} needs another environment: found {}".format(self.era, found))

    @staticmethod
    def _keras_package_version():
        """From TensorFlow 2.13 on, only the package that stands behind ``tf.keras`` tells its version."""
        import keras

        return keras.__version__

    @property
    def eager(self):
        """Whether the framework executes eagerly (TensorFlow 2)."""
        return self.tf is not None and not self.standalone and self.version >= (2, 0)

    @property
    def keras1(self):
        """Whether this is Keras 1, with its own names of layers and arguments."""
        return self.standalone and self.version < (2,)

    def rng(self, case, purpose):
        """Random numbers that depend on the era, the case and the purpose, and on nothing else."""
        return np.random.RandomState(zlib.crc32("/".join((self.era, case, purpose)).encode()) & 0x7FFFFFFF)

    def reset(self):
        """Forget all graphs and name counters, so that a case's layer names do not depend on the others."""
        if hasattr(self.K, "clear_session"):
            self.K.clear_session()
        elif hasattr(self.K, "reset_uids"):
            self.K.reset_uids()

    def functional(self, inputs, outputs, **kwargs):
        """A Functional model, by the era's argument names."""
        if self.keras1:
            return self.Model(input=inputs, output=outputs, **kwargs)
        return self.Model(inputs=inputs, outputs=outputs, **kwargs)

    def preprocessing(self, name):
        """A preprocessing layer's class, from where the era kept it."""
        experimental = getattr(getattr(self.layers, "experimental", None), "preprocessing", None)
        return getattr(self.layers, name, None) or getattr(experimental, name)


def open_kit(era):
    """Import the era's Keras and return the handle; refuse when another version is installed."""
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["HOME"] = tempfile.mkdtemp(prefix="keras-home-")
    os.environ["KERAS_BACKEND"] = "theano" if era.endswith("-theano") else "tensorflow"
    os.environ.setdefault("THEANO_FLAGS", "blas.ldflags=,base_compiledir=" + os.environ["HOME"] + "/theano")
    return Kit(era)
