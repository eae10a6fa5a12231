"""Build a part of a model in both worlds, run it, and compare."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from migrate.capsule.ends import DescribedModel
from migrate.capsule.model import Array, Model, structure_refs
from migrate.capsule.store import save_arrays
from migrate.dialects.submodel import Cut
from migrate.dialects.workarounds import WORKAROUNDS
from migrate.findings import MigrationError
from migrate.parity.golden import Golden
from migrate.pipeline.answers import arrays_in, saved_by
from migrate.pipeline.proof import Comparator, lowest_precision, outputs_of
from migrate.pipeline.reference import question_of
from migrate.pipeline.request import Options
from migrate.pipeline.staging import Staged
from migrate.pipeline.translated import legacy_structure, modern_objects, modern_structure
from migrate.printable import one_line
from migrate.worlds.contracts.legacy import Reconstruct
from migrate.worlds.contracts.models import Activations, Predict
from migrate.worlds.contracts.modern import Build, Save
from migrate.worlds.contracts.stock import LoadKeras, PredictLoaded
from migrate.worlds.host.ends import WorkerStarved, WorldError
from migrate.worlds.host.environment import World
from migrate.worlds.host.pool import Slot

Inputs = Mapping[str, Array]
"""Arrays by the name of the layer that they replace."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A part and inputs on which the worlds differ.

    Attributes:
        cut: the part.
        inputs: of the part.
        expected: outputs of tf-keras, by position.
        found: outputs of Keras 3.
        reason: of the first output that differs, or why there is none.
        stage: where it shows: ``build``, ``run`` or ``traced``.
        raised: what Keras 3 says where it builds, saves, loads or runs the part not at all; then nothing was found.
    """

    cut: Cut
    inputs: Inputs
    expected: tuple[Array, ...]
    found: tuple[Array, ...]
    reason: str
    stage: str
    raised: str = ""

    @property
    def traced(self) -> bool:
        """Whether it shows in a traced graph only."""
        return self.stage == "traced"

    def same_kind(self, other: Failure) -> bool:
        """Whether both are differences, or the same words of Keras 3 of whatever layers and sizes."""
        if not self.raised or not other.raised:
            return self.raised == other.raised
        return self.stage == other.stage and _words(self.raised) == _words(other.raised)


_COLOURS = re.compile(r"\x1b?\[\d+m")
_VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|[\w/]*\d[\w/]*|\([^)]*\)|\[[^\]]*\]|<[^>]*>|None")


def _told(message: str) -> str:
    """What Keras says, without the colours of a terminal and the list of all arguments."""
    return one_line(_COLOURS.sub("", message.partition("Arguments received by")[0]), 300)


def _words(message: str) -> str:
    """What does not vary with the layers: the first sentence without names, numbers and shapes."""
    return _VARYING.sub("", message.split(". ", maxsplit=1)[0])


class Trial:
    """Tries parts of one staged model.

    Args:
        slot: of four workers.
        staged: the model.
        options: how it is read.
        without: codes of rules, and workarounds, that are left out.
        recorded: inputs that stand beside the model, which are tried first.

    Attributes:
        tried: parts and inputs so far.
        sought: the failure that smaller parts must show, too; None while there is none yet.
        traces: whether parts that agree are also saved, loaded by stock Keras 3 and compared in a traced graph.
    """

    def __init__(
        self,
        slot: Slot,
        staged: Staged,
        options: Options,
        without: tuple[str, ...] = (),
        recorded: Golden | None = None,
    ) -> None:
        self.slot, self.recorded = slot, recorded
        self.tried = 0
        self.sought: Failure | None = None
        self.traces = True
        self._staged, self._options, self._without = staged, options, without
        self._objects: list[str] = []

    def build(self, cut: Cut) -> DescribedModel:
        """Build a part in the legacy world; returns that world's description.

        Raises:
            MigrationError: the file cannot be read, or the part is invalid.
        """
        self._translate(cut, reconstruct=True)
        return self.slot.legacy.ask(Reconstruct(self.slot.reader.scratch, list(self._staged.custom_objects)))

    def structure(self) -> Model:
        """Records of the part that was built last, in the final Keras 2 dialect."""
        return legacy_structure(self.slot)

    def activations(self, inputs: Inputs) -> dict[str, Array]:
        """Output of each layer of the part in the legacy world, by ``layer/output``."""
        answer = self.slot.legacy.ask(Activations(self._probes(inputs)))
        return arrays_in(self.slot.legacy, answer.file)

    def takes(self, inputs: Inputs) -> bool:
        """Whether the part in the legacy world runs on these inputs."""
        try:
            outputs_of(self.slot.legacy, Predict(self._probes(inputs)))
        except WorkerStarved:
            raise
        except MigrationError:
            return False
        return True

    def fails(self, cut: Cut, inputs: Inputs) -> Failure | None:
        """How the part fails in Keras 3; None where it does not, as the one sought for does not, or is no part.

        What the reader or the legacy world refuses, or the legacy world does not run, is no part.
        """
        self.tried += 1
        try:
            self.build(cut)
            probes = self._probes(inputs)
            expected = outputs_of(self.slot.legacy, Predict(probes))
            found = self._compared(cut, inputs, probes, expected)
        except WorkerStarved:
            raise
        except MigrationError:
            return None
        if found is None or (self.sought is not None and not self.sought.same_kind(found)):
            return None
        return found

    def _compared(
        self, cut: Cut, inputs: Inputs, probes: Path, expected: Mapping[str, Array]
    ) -> Failure | None:
        """How Keras 3 fails where the legacy world gives these outputs.

        Raises:
            MigrationError: the reader refuses the part.
        """
        stage = "build"
        answers = _numbered(expected)
        try:
            self._build_modern(cut)
            stage = "run"
            found = outputs_of(self.slot.modern, Predict(probes))
            judge = self._judge()
            apart = [part for part in judge.compare(expected, found) if not part.equal]
            if not apart and self.traces:
                stage = "traced"
                found = self._traced(probes)
                apart = [part for part in judge.compare(expected, found) if not part.equal]
        except WorldError as error:
            if error.world is World.READER:
                raise
            said = _told(error.message)
            reason = f"is not computed: {said}"
            return Failure(cut, dict(inputs), answers, (), reason, stage, said)
        if not apart:
            return None
        return Failure(cut, dict(inputs), answers, _numbered(found), apart[0].reason, stage)

    def save(self, cut: Cut) -> tuple[Path, list[str]]:
        """The part as a Keras 3 ``.keras`` file, and the files of the classes that it needs.

        Raises:
            MigrationError: it cannot be built.
        """
        self._build_modern(cut)
        written = saved_by(self.slot.modern, Save(keras=True))
        return written["keras"], self._objects

    def graph(self, cut: Cut) -> tuple[Model, list[str]]:
        """Records of the part for Keras 3, which may not build it, and the files of the classes that it needs.

        Raises:
            MigrationError: the reader refuses the part.
        """
        self._translate_modern(cut)
        return modern_structure(self.slot), self._objects

    def _translate(self, cut: Cut, *, reconstruct: bool) -> None:
        asked = question_of(self._staged, self._options)
        asked = msgspec.structs.replace(asked, reconstruct=reconstruct, cut=cut, without=self._without)
        self.slot.reader.ask(asked).must_be_translated()

    def _translate_modern(self, cut: Cut) -> None:
        self._translate(cut, reconstruct=False)
        self._objects = modern_objects(self.slot, self._staged, modern_structure(self.slot))

    def _build_modern(self, cut: Cut) -> None:
        self._translate_modern(cut)
        without = sorted(WORKAROUNDS.keys() & set(self._without))
        self.slot.modern.ask(Build(self.slot.reader.scratch, self._objects, without=tuple(without)))

    def _traced(self, probes: Path) -> dict[str, Array]:
        """Outputs of the saved model in a traced graph of stock Keras 3.

        Raises:
            MigrationError: it cannot be saved, loaded or run.
        """
        written = saved_by(self.slot.modern, Save(keras=True))
        self.slot.stock.ask(LoadKeras(written["keras"], tuple(self._objects)))
        return outputs_of(self.slot.stock, PredictLoaded(probes, graph=True))

    def _probes(self, inputs: Inputs) -> Path:
        """The inputs of the part as a file, in its order.

        Raises:
            MigrationError: the part has an unknown input.
        """
        names = [ref.layer for ref in structure_refs(input_refs(self.structure()))]
        if not set(names) <= set(inputs):
            raise MigrationError("PAR003", f"the input {min(set(names) - set(inputs))} is unknown")
        path = self.slot.inputs / "part.safetensors"
        save_arrays(path, {f"0/{number}": inputs[name] for number, name in enumerate(names)})
        return path

    def _judge(self) -> Comparator:
        structure = self.structure()
        return Comparator((), lowest_precision(structure), self._options.tolerance)


def input_refs(model: Model) -> Any:
    """The inputs of a model as references; for a Sequential model, those of its first layer."""
    from migrate.dialects.graphs import to_functional

    return to_functional(model).inputs


def _numbered(arrays: Mapping[str, Array]) -> tuple[Array, ...]:
    return tuple(arrays[key] for key in sorted(arrays, key=lambda key: int(key.split("/")[1])))
