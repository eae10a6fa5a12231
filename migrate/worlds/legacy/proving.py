"""Subjects in tf-keras: the reference of a differential proof."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import tf_keras
from tensorflow.python.eager import context as eager
from tf_keras.src import backend
from tf_keras.src.layers.normalization.batch_normalization import BatchNormalizationBase
from tf_keras.src.saving import object_registration as registration

from migrate.worlds.contracts.proving import ProveReference, RanProgram, Referenced, RunInLockstep
from migrate.worlds.guest.drawn import Drawn, of_tensorflow, replaced
from migrate.worlds.guest.kernels import clear_names
from migrate.worlds.guest.proving import World, forget, reference
from migrate.worlds.lockstep.program import run_program

_CLEAR = partial(clear_names, tf_keras.backend.clear_session, eager.context())
_REGISTERED = (registration._GLOBAL_CUSTOM_OBJECTS, registration._GLOBAL_CUSTOM_NAMES)
"""Where this Keras keeps what classes registered: object by name, name by object."""
_BEFORE = tuple(dict(table) for table in _REGISTERED)


def fixed() -> AbstractContextManager[None]:
    """Draws of tf-keras and TensorFlow as fixed numbers, and batch normalization computed as Keras 3 does."""
    drawn = Drawn()
    generator = backend.RandomGenerator
    return replaced(
        {
            (
                generator,
                "random_uniform",
            ): lambda self, shape, minval=0.0, maxval=None, dtype=None, nonce=None: drawn.uniform(
                shape, minval, maxval, dtype
            ),
            (generator, "random_normal"): lambda self, shape, mean=0.0, stddev=1.0, dtype=None, nonce=None: (
                drawn.normal(shape, mean, stddev, dtype)
            ),
            (
                generator,
                "truncated_normal",
            ): lambda self, shape, mean=0.0, stddev=1.0, dtype=None, nonce=None: drawn.truncated(
                shape, mean, stddev, dtype
            ),
            (generator, "dropout"): lambda self, inputs, rate, noise_shape=None: drawn.dropout(
                inputs, rate, noise_shape
            ),
            # The fused kernel's moving variance is N / (N - 1) times that of Keras 3, whatever the code around it.
            (BatchNormalizationBase, "_fused_can_be_used"): lambda self: False,
            **of_tensorflow(drawn),
        }
    )


def prove_reference(call: ProveReference, scratch: Path) -> Referenced:
    """See `migrate.worlds.guest.proving.reference`."""
    forget(_REGISTERED, _BEFORE)
    return reference(World(tf_keras, _CLEAR, fixed), call, scratch)


def run_in_lockstep(call: RunInLockstep, scratch: Path) -> RanProgram:
    """See `migrate.worlds.lockstep.program.run_program`; the process serves nothing else afterwards."""
    return run_program(tf_keras, fixed, call, scratch)
