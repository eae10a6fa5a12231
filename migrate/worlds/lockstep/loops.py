"""Training loops of the program itself: a step begins where it opens a tape, and ends where it opens the next."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from migrate.worlds.lockstep.sites import Sites


class Loops:
    """Finds the steps of a program that trains with ``tf.GradientTape`` and ``apply_gradients``.

    A step may open several tapes and apply gradients several times (a generator and a discriminator): the tape that
    comes after gradients were applied is the next step's. What a program does between two steps counts to the first.

    Args:
        sites: of the program; tapes that a framework opens are none of its.
        ready: whether a step can begin: none of ``fit`` is at work, and all layers have their weights.
        begin: is called at the begin of a step.
        end: is called at the end of one.
    """

    def __init__(
        self, sites: Sites, ready: Callable[[], bool], begin: Callable[[], None], end: Callable[[], None]
    ) -> None:
        self._sites = sites
        self._ready = ready
        self._begin = begin
        self._end = end
        self._open = False
        self._applied = False

    def install(self) -> None:
        """Watch tapes from now on."""
        original = tf.GradientTape.__enter__

        def enter(tape: Any) -> Any:
            if self._sites.owns(sys._getframe(1).f_code.co_filename):
                self._tape()
            return original(tape)

        tf.GradientTape.__enter__ = enter

    def applied(self) -> None:
        """An optimizer has changed weights."""
        self._applied = self._open

    def close(self) -> None:
        """End the step that is open, if it changed weights."""
        if self._open and self._applied:
            self._open = self._applied = False
            self._end()

    def leave(self) -> None:
        """A step of ``fit`` begins: none of the program's own is open any more."""
        self.close()
        self._open = False

    def _tape(self) -> None:
        self.close()
        if not self._open and self._ready():
            self._open = True
            self._begin()
