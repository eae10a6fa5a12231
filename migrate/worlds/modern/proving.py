"""Subjects in Keras 3: the other side of a differential proof."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import keras
from keras.src.backend import random
from keras.src.saving import object_registration as registration
from tensorflow.python.eager import context as eager

from migrate.worlds.contracts.proving import Proven, ProveResult, RanProgram, RunInLockstep
from migrate.worlds.guest.drawn import Drawn, of_tensorflow, replaced
from migrate.worlds.guest.kernels import clear_names
from migrate.worlds.guest.proving import World, forget, result
from migrate.worlds.lockstep.program import run_program

_CLEAR = partial(clear_names, keras.utils.clear_session, eager.context(), free_memory=False)
_REGISTERED = (registration.GLOBAL_CUSTOM_OBJECTS, registration.GLOBAL_CUSTOM_NAMES)
"""Where this Keras keeps what classes registered: object by name, name by object."""
_BEFORE = tuple(dict(table) for table in _REGISTERED)


def fixed() -> AbstractContextManager[None]:
    """Draws of Keras 3 and TensorFlow as fixed numbers."""
    drawn = Drawn()
    return replaced(
        {
            (random, "uniform"): lambda shape, minval=0.0, maxval=1.0, dtype=None, seed=None: drawn.uniform(
                shape, minval, maxval, dtype
            ),
            (random, "normal"): lambda shape, mean=0.0, stddev=1.0, dtype=None, seed=None: drawn.normal(
                shape, mean, stddev, dtype
            ),
            (random, "truncated_normal"): lambda shape, mean=0.0, stddev=1.0, dtype=None, seed=None: (
                drawn.truncated(shape, mean, stddev, dtype)
            ),
            (random, "dropout"): lambda inputs, rate, noise_shape=None, seed=None: drawn.dropout(
                inputs, rate, noise_shape
            ),
            **of_tensorflow(drawn),
        }
    )


def prove_result(call: ProveResult, scratch: Path) -> Proven:
    """See `migrate.worlds.guest.proving.result`."""
    forget(_REGISTERED, _BEFORE)
    return result(World(keras, _CLEAR, fixed), call, scratch)


def run_in_lockstep(call: RunInLockstep, scratch: Path) -> RanProgram:
    """See `migrate.worlds.lockstep.program.run_program`; the process serves nothing else afterwards."""
    return run_program(keras, fixed, call, scratch)
