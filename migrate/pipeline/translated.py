"""What the reader world answers about one artifact, checked by the parent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from migrate.capsule.model import Model
from migrate.findings import Finding, MigrationError
from migrate.pipeline.answers import structure_of
from migrate.worlds.pool import Slot
from migrate.worlds.protocol import ProtocolError


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file is and who wrote it."""

    sha256: str
    format: str
    keras: str | None
    tensorflow: str | None
    backend: str | None


class FiredRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One application of a rule."""

    code: str
    place: str
    before: Any = None
    after: Any = None


class _Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    message: str
    hint: str
    place: str


class Translated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reader's answer to ``translate``; see :mod:`migrate.worlds.reader.translation`."""

    artifact: Facts
    rules: list[FiredRule]
    findings: list[Finding]
    original: bool
    training: dict[str, dict[str, str]]
    refusal: _Refusal | None
    classes: list[str] | None = None
    """Classes of the layers that rules were shown; None where they saw none to the end."""
    initialised: str = ""
    """File of drawn weights, set by the parent for an architecture alone."""
    readings: list[str] = []
    """Backends that the file can be read with, the likelier first; empty where it tells or they are the same."""
    hints: list[str] = []
    """What speaks for the likelier one."""

    def must_be_translated(self) -> None:
        """Raise the reader's refusal, if any.

        Raises:
            MigrationError: with the code of the rule or reader that refused.
        """
        if self.refusal is not None:
            raise MigrationError(
                self.refusal.code, self.refusal.message, self.refusal.hint, self.refusal.place
            )


def ask_reader(
    slot: Slot, source: Path, params: Mapping[str, Any], *, reconstruct: bool = False
) -> Translated:
    """Let the reader of the slot translate a staged file.

    Raises:
        MigrationError: the file cannot be read.
        ProtocolError: the answer is not one that this project's reader gives.
    """
    reply = slot.reader.call("translate", {"source": str(source), "reconstruct": reconstruct, **params})
    try:
        return msgspec.convert(reply, Translated)
    except msgspec.ValidationError as error:
        raise ProtocolError(f"the reader's answer cannot be read: {error}") from error


def facts_of(value: object) -> Facts:
    """The reader's facts, checked.

    Raises:
        ProtocolError: they are not what this project's reader gives.
    """
    try:
        return msgspec.convert(value, Facts)
    except msgspec.ValidationError as error:
        raise ProtocolError(f"the reader's answer cannot be read: {error}") from error


def legacy_structure(slot: Slot) -> Model:
    """Records of the final Keras 2 dialect, weights as shapes."""
    return structure_of(slot.reader, "legacy")


def modern_structure(slot: Slot) -> Model:
    """Records of the Keras 3 side, weights as shapes."""
    return structure_of(slot.reader, "modern")
