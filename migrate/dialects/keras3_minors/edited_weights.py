"""The file of weights inside an archive, edited where releases store the same model otherwise."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
from packaging.version import Version

from migrate.dialects.keras3_minors.int4 import unpack_int4
from migrate.dialects.keras3_minors.int4_weights import Weights
from migrate.dialects.keras3_minors.state_rule import StateRule, arguments_of, state_rule_for
from migrate.dialects.keras3_minors.versions import Reader
from migrate.formats.archive import WEIGHTS

_CHUNK = 1 << 20
_STATE = "optimizer/vars"


@dataclass(frozen=True, slots=True)
class Edited:
    """What became of an archive's weights.

    Attributes:
        file: to be written in their place; None where they stay.
        config: of the model, as it fits them.
        codes: of the rules that changed them.
    """

    file: Path | None
    config: dict[str, Any]
    codes: list[str]


@contextmanager
def edited_weights(
    archive: zipfile.ZipFile, path: Path, config: dict[str, Any], writer: Version, readers: Sequence[Reader]
) -> Iterator[Edited]:
    """The weights of an archive as the readers store them, in a file beside it that is there as long as the context.

    Args:
        archive: opened.
        path: of it; the file gets its name and more.
        config: of the model in it.
        writer: the Keras that wrote it.
        readers: releases that are to load it.
    """
    whole, order = unpack_int4(config, writer, readers), state_rule_for(config, writer, readers)
    if WEIGHTS not in archive.namelist() or (whole is None and order is None):
        yield Edited(None, config, [])
        return
    file = path.with_name(f"{path.name}.weights")
    codes: list[str] = []
    try:
        _extract(archive, file)
        if whole is not None:
            if _replace(file, whole.weights):
                config, codes = whole.config, list(whole.codes)
            else:
                _extract(archive, file)  # what was replaced before the layer that does not fit
        if order is not None and _reorder(file, config, order):
            codes.append(order.rule.code)
        yield Edited(file if codes else None, config, codes)
    finally:
        file.unlink(missing_ok=True)


def _extract(archive: zipfile.ZipFile, file: Path) -> None:
    with archive.open(WEIGHTS) as source, file.open("wb") as sink:
        shutil.copyfileobj(source, sink, _CHUNK)


def _replace(file: Path, weights: Mapping[str, Weights]) -> bool:
    """Change the variables of each group; False where those of one are not there or not as expected."""
    with h5py.File(file, "r+") as stored:
        for name, change in weights.items():
            group = stored.get(f"{name}/vars")
            if (
                not isinstance(group, h5py.Group)
                or set(group) != {str(n) for n in range(len(group))}
                or not group
            ):
                return False
            variables = change([group[str(number)][()] for number in range(len(group))])
            if variables is None:
                return False
            for number in list(group):
                del group[number]
            for number, variable in enumerate(variables):
                group[str(number)] = variable
    return True


def _reorder(file: Path, config: dict[str, Any], rule: StateRule) -> bool:
    """Give the optimizer's variables other numbers; False where they are not as expected."""
    with h5py.File(file, "r+") as stored:
        state = stored.get(_STATE)
        if not isinstance(state, h5py.Group) or set(state) != _numbers(len(state)):
            return False
        shapes = [state[number].shape for number in sorted(state, key=int)]
        order = rule.order(arguments_of(config), shapes)
        for new, old in enumerate(order or ()):
            state.move(str(old), f"moved {new}")
        for new in range(len(order or ())):
            state.move(f"moved {new}", str(new))
    return bool(order)


def _numbers(count: int) -> set[str]:
    return {str(number) for number in range(count)}
