"""What the reader world is asked: to look at files that may take the library that parses them down."""

from __future__ import annotations

from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from migrate.dialects.rule import Fired
from migrate.dialects.submodel import Cut
from migrate.findings import Finding, MigrationError
from migrate.formats.artifact import Format
from migrate.formats.saved_model.examples import Feature
from migrate.inspection.records import Inspection
from migrate.worlds.contracts.call import Call, Reply
from migrate.worlds.contracts.models import ArraysFile

Found = TypeVar("Found")


class Answers(Reply, Generic[Found], frozen=True):
    """One answer for each path, in their order; text says why a path cannot be read."""

    answers: list[Found | str]


class Scanned(Reply, frozen=True):
    """The kind of an artifact and what the scan found, worst first."""

    kind: str
    findings: list[Finding]


class Scan(Call[Scanned], frozen=True):
    """Scan one artifact; raises ``FMT021`` when it cannot be read."""

    path: Path


class ScanMany(Call[Answers[Scanned]], frozen=True):
    """Scan artifacts."""

    paths: list[Path]


class Identified(Reply, frozen=True):
    """What an artifact is; see `migrate.formats.identify.Identification`."""

    format: Format
    detail: str
    hint: str
    size: int


class Identify(Call[Identified], frozen=True):
    """Say what an artifact is; raises ``FMT021`` when it cannot be read."""

    path: Path


class IdentifyMany(Call[Answers[Identified]], frozen=True):
    """Say what artifacts are."""

    paths: list[Path]


class Paired(Reply, frozen=True):
    """The architecture of weights: its name in their folder or in one ``above``; None where there is none."""

    name: str | None
    above: int = 0


class Pair(Call[Paired], frozen=True):
    """Find the architecture beside weights; raises ``FMT021`` when the folder cannot be listed."""

    path: Path


class PairMany(Call[Answers[Paired]], frozen=True):
    """Find the architectures beside weights."""

    paths: list[Path]


class InspectMany(Call[Answers[Inspection]], frozen=True):
    """Inspect artifacts; ``architecture`` is that of weights."""

    paths: list[Path]
    architecture: Path | None = None


class ReadGolden(Call[ArraysFile], frozen=True):
    """Read recorded inputs and outputs; raises ``PAR003``, and ``SEC003`` or ``SEC004`` where they reach outside."""

    path: Path


class ArrayRow(Reply, frozen=True):
    """One array that was extracted: stable name, name in the file, shape, dtype."""

    name: str
    key: str
    shape: tuple[int, ...]
    dtype: str


class Extracted(Reply, frozen=True):
    """The file that was written, its arrays, and findings for those that it lacks."""

    file: str
    arrays: list[ArrayRow]
    left_out: list[Finding]


class Extract(Call[Extracted], frozen=True):
    """Write all arrays of an artifact in the format of ``suffix``; raises what the readers raise."""

    path: Path
    suffix: str
    optimizer: bool


class Facts(Reply, frozen=True):
    """What an artifact is and who wrote it."""

    sha256: str
    format: str
    keras: str | None
    tensorflow: str | None
    backend: str | None


class Refusal(Reply, frozen=True):
    """Why there is no translation."""

    code: str
    message: str
    hint: str
    place: str


class Translated(Reply, frozen=True):
    """What became of an artifact; the models themselves are files in the worker's folder."""

    artifact: Facts
    rules: tuple[Fired, ...] = ()
    findings: tuple[Finding, ...] = ()
    original: bool = True
    """Whether tf-keras on the untouched file computes what the writer did."""
    training: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    """Part of the training state to ``state`` and ``note``."""
    refusal: Refusal | None = None
    classes: list[str] | None = None
    """Classes of the layers that rules were shown; None where they saw none to the end."""
    readings: tuple[str, ...] = ()
    """Backends that the file can be read with, the likelier first; empty where it tells or they are the same."""
    hints: tuple[str, ...] = ()
    """What speaks for the likelier one."""

    def must_be_translated(self) -> None:
        """Raise the refusal, if any.

        Raises:
            MigrationError: with the code of the rule or reader that refused.
        """
        if self.refusal is not None:
            raise MigrationError(
                self.refusal.code, self.refusal.message, self.refusal.hint, self.refusal.place
            )


class DescribedSavedModel(Reply, frozen=True):
    """What a SavedModel says of itself.

    Attributes:
        artifact: facts.
        architecture: whether metadata hold layers of Keras.
        subclassed: class of a root that Keras knows by its class alone.
        classes: all that are the author's, to the Keras class that each derives from.
        examples: signature and input to the features inside serialised examples.
        decodes_images: whether any string may be a picture.
        words: some that the tables know, for inputs that take strings.
        functions: the root's own, which stand for signatures where there are none.
        missing: files that belong to it and are not there.
        reference_variables: whether it has variables of TensorFlow 1.
        tables_of_user: whether nothing but the user's session fills its tables.
        tags: of the meta graph that is served.
        tag_sets: of all meta graphs.
        orders: signature to its keys, ``inputs`` and ``outputs``, in their order.
        methods: signature to its request method.
    """

    artifact: Facts
    architecture: bool
    subclassed: str | None
    classes: dict[str, str]
    examples: dict[str, dict[str, tuple[Feature, ...]]]
    decodes_images: bool
    words: list[str]
    functions: list[str]
    missing: list[str]
    reference_variables: bool
    tables_of_user: bool
    tags: list[str]
    tag_sets: list[list[str]]
    orders: dict[str, dict[str, list[str]]]
    methods: dict[str, str]


class DescribeSavedModel(Call[DescribedSavedModel], frozen=True):
    """Describe a SavedModel."""

    source: Path


class Translate(Call[Translated], frozen=True):
    """Translate an artifact; raises what the readers raise.

    Attributes:
        source: the staged file or folder.
        architecture: of weights.
        reconstruct: write what the legacy world builds from, in place of what the modern one does.
        keep_weights: leave out repairs that scale weights.
        input_shape: of one sample, for a Sequential model that does not store it.
        backend: the one to read a file with that does not tell.
        custom: names that the user's files define.
        stock: names that mean Keras' own.
        proven: doubtful names may be taken for Keras' own, because a recording stands beside.
        define: values of globals as ``NAME=VALUE``.
        sources: texts of the user's files, in which such values may stand.
        initialised: file of weights for an architecture that has none.
        trust: the file may be loaded as it is.
        cut: the part of the model that is wanted; None for all of it.
        without: codes of rules that are left out.
        modules: handle of a TF Hub module to its staged folder.
        unused: layers of the file that are not of the model.
    """

    source: Path
    architecture: Path | None = None
    reconstruct: bool = False
    keep_weights: bool = False
    input_shape: list[int | None] | None = None
    backend: str | None = None
    custom: tuple[str, ...] = ()
    stock: tuple[str, ...] = ()
    proven: bool = False
    define: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    initialised: Path | None = None
    trust: bool = False
    cut: Cut | None = None
    without: tuple[str, ...] = ()
    modules: dict[str, Path] = msgspec.field(default_factory=dict)
    unused: tuple[str, ...] = ()
