"""The request to migrate one artifact, and its options."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import msgspec


class Target(StrEnum):
    """What to write."""

    KERAS = "keras"
    SAVED_MODEL = "savedmodel"
    ONNX = "onnx"
    LITERT = "litert"
    OPENVINO = "openvino"
    TORCH = "torch"


class Backend(StrEnum):
    """The backend of models from Keras before tf.keras."""

    TENSORFLOW = "tensorflow"
    THEANO = "theano"


_BUILDER = re.compile(r"(.*?\.(?:py|ipynb)):(.+)", re.DOTALL)
DEFAULT_TARGETS = frozenset({Target.KERAS, Target.SAVED_MODEL})


@dataclass(frozen=True, slots=True)
class Flag:
    """How the command line offers an option; only the code that implements an option needs to know more.

    Attributes:
        name: with its dashes.
        help: one sentence.
        decides: whether it can change the result for an artifact, so that finished results are redone.
    """

    name: str
    help: str
    decides: bool = True


class Options(msgspec.Struct, frozen=True):
    """Options that hold for a whole run; each field is declared here once, with its flag."""

    targets: Annotated[
        frozenset[Target], Flag("--to", f"What to write, separated by commas: {', '.join(Target)}.")
    ] = DEFAULT_TARGETS
    custom_objects: Annotated[
        tuple[Path, ...],
        Flag("--custom-objects", "Python file with classes that the models need; repeatable."),
    ] = ()
    source: Annotated[
        tuple[Path, ...],
        Flag(
            "--source",
            "Folder or file with the author's code: what a model needs is extracted and rewritten; repeatable.",
        ),
    ] = ()
    modern_source: Annotated[
        tuple[Path, ...],
        Flag(
            "--modern-source",
            "File or folder with classes and functions written manually for Keras 3, in place of rewritten ones; "
            "may be given again.",
        ),
    ] = ()
    architecture: Annotated[
        str | None,
        Flag(
            "--architecture",
            "Architecture for weights: a JSON or YAML file, file.py:function, or 'file.py:function(classes=10)'.",
        ),
    ] = None
    input_shape: Annotated[
        str | None,
        Flag(
            "--input-shape",
            "Shape of one sample, such as 28,28,1, for Sequential models that do not store it; ? is a dynamic size.",
        ),
    ] = None
    stock_names: Annotated[
        tuple[str, ...],
        Flag(
            "--stock-names",
            "Functions and classes that belong to Keras if the file does not say whose they are: gelu,swish.",
        ),
    ] = ()
    define: Annotated[
        tuple[str, ...],
        Flag(
            "--define",
            "Value of a Lambda's global or of a builder's argument: SCALE=255.0; repeatable.",
        ),
    ] = ()
    hub_modules: Annotated[
        tuple[str, ...],
        Flag(
            "--hub-module",
            "Folder of a TF Hub module that models refer to by its handle: HANDLE=FOLDER; repeatable.",
        ),
    ] = ()
    trust: Annotated[
        bool, Flag("--trust", "Load files that the scan calls unsafe. Only for files that you made yourself.")
    ] = False
    force: Annotated[bool, Flag("--force", "Replace existing outputs.", decides=False)] = False
    keep_weights: Annotated[
        bool, Flag("--keep-weights", "Register functions instead of folding constants into weights.")
    ] = False
    backend: Annotated[
        Backend | None,
        Flag(
            "--backend",
            "Backend of Keras 1 files, which do not store theirs; only this reading is then used.",
        ),
    ] = None
    tolerance: Annotated[
        float | None, Flag("--tolerance", "Relative tolerance, instead of the default for each dtype.")
    ] = None
    seed: Annotated[
        int | None,
        Flag(
            "--seed",
            "Seed of the probes; by default each artifact gets its own, stored in its record.",
        ),
    ] = None
    skip_untouched: Annotated[
        bool,
        Flag(
            "--skip-untouched",
            "Do not test how stock Keras 3 loads the untouched file.",
            decides=False,
        ),
    ] = False
    prove_training: Annotated[
        int | None,
        Flag(
            "--prove-training",
            "Training steps to take from the saved state in both worlds, comparing their losses. Default: 1 step.",
        ),
    ] = None
    readers: Annotated[
        str | None,
        Flag(
            "--for",
            "Keras 3 releases that must be able to load the result, separated by commas: 3.9, 3.6-3.12, nightly, "
            "all. Each is installed and tested. Keras 3 archives are rewritten for them. tf2.8,3 also keeps a file "
            "for Keras 2.",
        ),
    ] = None
    lift: Annotated[bool, Flag("--lift", "Convert TensorFlow graphs to Keras layers.")] = False
    serving: Annotated[
        Path | None,
        Flag(
            "--serving-layout",
            "Root of NAME/VERSION folders: add each SavedModel as a new version and point latest at it.",
        ),
    ] = None

    @property
    def reader_count(self) -> int:
        """How many Keras 3 releases are tested for each artifact."""
        return len(self.readers.split(",")) if self.readers else 0


def flags() -> dict[str, Flag]:
    """The flag of each option, by the name of its field."""
    hints = get_type_hints(Options, include_extras=True)
    return {
        field.name: next(note for note in get_args(hints[field.name]) if isinstance(note, Flag))
        for field in msgspec.structs.fields(Options)
    }


def builder_named(text: str) -> tuple[Path, str]:
    """File and function, or call, of ``FILE.py:FUNCTION`` (or of a notebook); a file of another kind has none."""
    found = _BUILDER.match(text)
    return (Path(found[1]), found[2]) if found else (Path(text), "")


def parse_module(text: str) -> tuple[str, Path]:
    """Handle and folder of ``HANDLE=FOLDER``; a handle may hold ``=`` itself.

    Raises:
        ValueError: the text has another form, or the folder contains no SavedModel.
    """
    handle, equals, folder = text.rpartition("=")
    if not equals or not handle:
        raise ValueError(f"{text!r} is not HANDLE=FOLDER")
    if not (Path(folder) / "saved_model.pb").is_file():
        raise ValueError(f"{folder} contains no saved_model.pb")
    return handle, Path(folder).resolve()


def parse_shape(text: str) -> list[int | None]:
    """The sizes of one sample, without the batch: ``28,28,1`` or ``?,300``; None is a dynamic size.

    Raises:
        ValueError: it is not such a list.
    """
    sizes = [part.strip() for part in text.strip("() ").split(",") if part.strip()]
    if not sizes or not all(size == "?" or (size.isdecimal() and int(size)) for size in sizes):
        raise ValueError(f"{text!r} is not a shape: give the sizes of one sample, such as 28,28,1 or ?,300")
    return [None if size == "?" else int(size) for size in sizes]


def encode_options(options: Options) -> dict[str, Any]:
    """Options as plain data; paths become absolute."""
    plain: dict[str, Any] = msgspec.to_builtins(
        options, enc_hook=lambda path: str(path.absolute()), order="sorted"
    )
    return plain


def decode_options(plain: Mapping[str, Any], *, force: bool) -> Options:
    """Options from plain data; whether to replace outputs is decided for each artifact.

    Raises:
        msgspec.ValidationError: the data does not match the output of `encode_options`.
    """
    return msgspec.convert({**plain, "force": force}, Options, dec_hook=lambda _type, text: Path(text))


@dataclass(frozen=True, slots=True)
class ArtifactRequest:
    """One artifact.

    Attributes:
        path: absolute, local.
        source: the name in the report: relative to the given folder.
        out: the root of the outputs.
        folder: where this artifact's outputs go, relative to ``out``.
        golden: recorded inputs and outputs; None to look next to the model.
        made_for: how a batch identifies its work (``key``, ``ruleset``); written into ``migration.json``.
    """

    path: Path
    source: str
    out: Path
    folder: str
    golden: Path | None = None
    made_for: Mapping[str, str] = field(default_factory=dict)
