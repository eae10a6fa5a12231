"""Values that the command line refuses at once, and what may have been meant."""

from __future__ import annotations

import math
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable


class Finite(click.FloatRange):
    """A number in a range; infinity and NaN, which every range lets in, are none."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number.

        Raises:
            click.BadParameter: it is none, or outside.
        """
        number = float(super().convert(value, param, ctx))  # type: ignore[arg-type]
        if not math.isfinite(number):
            self.fail(f"{value} is no finite number", param, ctx)
        return number


POSITIVE = Finite(min=0, min_open=True)
NOT_NEGATIVE = Finite(min=0)


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """The end of a sentence about an unknown word: what is nearly written like it, or else something to do.

    Args:
        word: as it was given.
        known: all that there is.
        otherwise: what to say when nothing is close.
    """
    close = get_close_matches(word, list(known), n=3, cutoff=0.6)
    if close:
        return f"; did you mean {' or '.join(close)}?"
    return f"; {otherwise}" if otherwise else ""


def meant_code(word: str, codes: Iterable[str]) -> str:
    """The same for the code of a rule, or the beginning of one."""
    known = set(codes)
    heads = {code.rstrip("0123456789") for code in known}
    return did_you_mean(word, sorted(known | heads), f"families are {', '.join(sorted(heads))}")
