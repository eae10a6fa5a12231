"""What is asked of the migration of one artifact."""

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
    """What computed the models of Keras before tf.keras."""

    TENSORFLOW = "tensorflow"
    THEANO = "theano"


_BUILDER = re.compile(r"(.*?\.(?:py|ipynb)):(.+)", re.DOTALL)
DEFAULT_TARGETS = frozenset({Target.KERAS, Target.SAVED_MODEL})


@dataclass(frozen=True, slots=True)
class Flag:
    """How the command line offers an option; the only other place that knows one is the code that obeys it.

    Attributes:
        name: with its dashes.
        help: one sentence.
        decides: whether it can change what an artifact becomes, so that a finished result with another value is redone.
    """

    name: str
    help: str
    decides: bool = True


class Options(msgspec.Struct, frozen=True):
    """Options that hold for a whole run; each field is declared here once, with its flag."""

    targets: Annotated[
        frozenset[Target], Flag("--to", f"What to write: {', '.join(Target)}, with commas.")
    ] = DEFAULT_TARGETS
    custom_objects: Annotated[
        tuple[Path, ...],
        Flag("--custom-objects", "Python file with classes that the models need; may be given again."),
    ] = ()
    source: Annotated[
        tuple[Path, ...],
        Flag(
            "--source",
            "Folder or file of the author's code: what a model needs is cut out and rewritten; may be given again.",
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
            "Shape of one sample, such as 28,28,1, for Sequential models that do not store it; ? is an open size.",
        ),
    ] = None
    stock_names: Annotated[
        tuple[str, ...],
        Flag(
            "--stock-names",
            "Functions and classes that are Keras' own where the file does not say whose they are: gelu,swish.",
        ),
    ] = ()
    define: Annotated[
        tuple[str, ...],
        Flag(
            "--define",
            "Value of a global of a Lambda, or of an argument of a builder: SCALE=255.0; may be given again.",
        ),
    ] = ()
    hub_modules: Annotated[
        tuple[str, ...],
        Flag(
            "--hub-module",
            "Folder of a TF Hub module that models name by its handle: HANDLE=FOLDER; may be given again.",
        ),
    ] = ()
    trust: Annotated[
        bool, Flag("--trust", "Load what the scan calls unsafe. Only for files you made yourself.")
    ] = False
    force: Annotated[bool, Flag("--force", "Replace outputs that exist.", decides=False)] = False
    keep_weights: Annotated[
        bool, Flag("--keep-weights", "Register functions instead of folding constants into weights.")
    ] = False
    backend: Annotated[
        Backend | None,
        Flag(
            "--backend", "Backend of Keras 1 files, which do not store theirs; they are read in one way then."
        ),
    ] = None
    tolerance: Annotated[
        float | None, Flag("--tolerance", "Relative tolerance in place of the default of each dtype.")
    ] = None
    seed: Annotated[
        int | None,
        Flag(
            "--seed",
            "Seed of the probes; without one, each artifact gets its own, which its record names.",
        ),
    ] = None
    skip_untouched: Annotated[
        bool,
        Flag(
            "--skip-untouched",
            "Do not load the untouched file in stock Keras 3 to say what it makes of it.",
            decides=False,
        ),
    ] = False
    prove_training: Annotated[
        int | None,
        Flag(
            "--prove-training",
            "Training steps that both worlds take from the saved state, their losses compared; one without it.",
        ),
    ] = None
    readers: Annotated[
        str | None,
        Flag(
            "--for",
            "Releases of Keras 3 that are to load what is written: 3.9, 3.6-3.12, nightly, all; with commas. Each is "
            "installed and asked. Archives of Keras 3 are rewritten for them. tf2.8,3 keeps a file for Keras 2, too.",
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
        """How many releases of Keras 3 are asked about each artifact."""
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
        ValueError: it is no such text, or the folder holds no SavedModel.
    """
    handle, equals, folder = text.rpartition("=")
    if not equals or not handle:
        raise ValueError(f"{text!r} is not HANDLE=FOLDER")
    if not (Path(folder) / "saved_model.pb").is_file():
        raise ValueError(f"{folder} holds no saved_model.pb")
    return handle, Path(folder).resolve()


def parse_shape(text: str) -> list[int | None]:
    """The sizes of one sample, without the batch: ``28,28,1`` or ``?,300``; None is an open size.

    Raises:
        ValueError: it is no such list.
    """
    sizes = [part.strip() for part in text.strip("() ").split(",") if part.strip()]
    if not sizes or not all(size == "?" or (size.isdecimal() and int(size)) for size in sizes):
        raise ValueError(f"{text!r} is no shape: give the sizes of one sample, such as 28,28,1 or ?,300")
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
        msgspec.ValidationError: it is not what `encode_options` gives.
    """
    return msgspec.convert({**plain, "force": force}, Options, dec_hook=lambda _type, text: Path(text))


@dataclass(frozen=True, slots=True)
class ArtifactRequest:
    """One artifact.

    Attributes:
        path: absolute, local.
        source: the name in the report: relative to the folder that was given.
        out: the root of the outputs.
        folder: where this artifact's outputs go, relative to ``out``.
        golden: recorded inputs and outputs; None to look beside the model.
        made_for: what a batch knows its work by (``key``, ``ruleset``); written into ``migration.json``.
    """

    path: Path
    source: str
    out: Path
    folder: str
    golden: Path | None = None
    made_for: Mapping[str, str] = field(default_factory=dict)
