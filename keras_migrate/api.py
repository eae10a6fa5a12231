"""The functions of the Python interface; each has a command of the same name or purpose."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrate.api import announce
from migrate.findings import MigrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from codemods.options import Options as SourceOptions
    from codemods.outcome import Outcome as Rewritten
    from migrate.batch.events import Event
    from migrate.inspection import Inspection
    from migrate.pipeline.request import Options
    from migrate.pipeline.verify import Verdict
    from migrate.report.compatibility.records import Report
    from migrate.results import ArtifactResult, BatchReport
    from migrate.scan.files import Scan

CUSTOM_OBJECTS = "custom_objects.py"


def inspect(
    path: str | Path, architecture: str | Path | None = None, *, require_sandbox: bool = False
) -> Inspection:
    """Report what a path contains, who wrote it, and what blocks its migration; nothing in it is executed.

    Args:
        path: model file, SavedModel folder or checkpoint prefix, identified by its content.
        architecture: file with the architecture of a weights file.
        require_sandbox: raise if this machine cannot give all guarantees of the sandbox; otherwise it is a warning.

    Returns:
        Format, writer, layers with the shapes and dtypes of their weights, and findings. ``size`` is in bytes.

    Raises:
        MigrationError: ``FMT021`` if the path cannot be read, ``RUN001`` to ``RUN004`` if it crashes the sandboxed
            reader, ``RUN006`` with ``require_sandbox``.

    Example:
        >>> found = keras_migrate.inspect("model.h5")  # doctest: +SKIP
        >>> found.writer.keras, [finding.code for finding in found.obstacles]  # doctest: +SKIP
        ('2.2.4', [])
    """
    from migrate.batch.scanner import inspect_path

    announce(require_sandbox)
    return inspect_path(_existing(path), _existing(architecture) if architecture is not None else None)


def scan(*paths: str | Path, require_sandbox: bool = False) -> list[Scan]:
    """Look for hostile content in model files without loading them; a sandboxed process parses them.

    Args:
        paths: files and folders; everything below a folder is scanned.
        require_sandbox: raise if this machine cannot give all guarantees of the sandbox; otherwise it is a warning.

    Returns:
        One scan per file, in order; ``verdict`` is ``clean``, ``warning`` or ``unsafe``.

    Raises:
        MigrationError: ``FMT021`` if a path does not exist, ``RUN006`` with ``require_sandbox``.

    Example:
        >>> [one.verdict for one in keras_migrate.scan("downloads/")]  # doctest: +SKIP
        ['clean', 'unsafe']
    """
    from migrate.batch.scanner import scan_roots

    announce(require_sandbox)
    return [found for _, found in scan_roots([_existing(path) for path in paths])]


def migrate_model(
    path: str | Path, out: str | Path, options: Options | None = None, *, require_sandbox: bool = False
) -> ArtifactResult:
    """Migrate one model and prove it equal; requires the extra ``models``.

    Args:
        path: HDF5 file, ``.keras`` archive, SavedModel folder, checkpoint, or weights next to their architecture.
        out: folder; the outputs go to ``out/STEM/``.
        options: as on the command line.
        require_sandbox: raise if this machine cannot give all guarantees of the sandbox; otherwise it is a warning.

    Returns:
        The row of the report: status, outputs relative to ``out``, findings; ``parity.max_abs`` is in the units of the
        model's outputs, ``parity.max_rel`` is relative to their largest magnitude.

    Raises:
        MigrationError: ``FMT021`` if the path does not exist, ``RUN020`` without the extra ``models``, ``RUN001`` to
            ``RUN004`` if a worker crashed, hung, exceeded its limits or returned an invalid answer, ``RUN006`` with
            ``require_sandbox``.

    Example:
        >>> keras_migrate.migrate_model("model.h5", "out").status  # doctest: +SKIP
        <Status.MIGRATED: 'migrated'>
    """
    from migrate.api import migrate_model as migrate
    from migrate.worlds.host.installed import must_have_frameworks

    must_have_frameworks()
    return migrate(_existing(path), out, options, require_sandbox=require_sandbox)


def migrate_models(
    sources: Sequence[str | Path],
    out: str | Path,
    options: Options | None = None,
    *,
    jobs: int = 0,
    on_event: Callable[[Event], None] | None = None,
    require_sandbox: bool = False,
) -> BatchReport:
    """Migrate everything in the sources that is not finished yet; requires the extra ``models``.

    Args:
        sources: files, folders, glob patterns and addresses of object stores.
        out: folder or address of the outputs and of ``report.json``.
        options: for every artifact.
        jobs: number of parallel jobs; 0 for one per core.
        on_event: called for each event of the run, one at a time, from any thread.
        require_sandbox: raise if this machine cannot give all guarantees of the sandbox; otherwise it is a warning.

    Returns:
        The report on all artifacts, including those of earlier runs into ``out``.

    Raises:
        MigrationError: ``RUN011`` output not writable, ``RUN012`` another run is working there, ``RUN013`` no such
            source, ``RUN020`` without the extra ``models``; its subclass ``BatchStopped`` if a run ended early.

    Example:
        >>> report = keras_migrate.migrate_models(["models/"], "out", jobs=2)  # doctest: +SKIP
        >>> report.summary["migrated"]  # doctest: +SKIP
        12
    """
    from migrate.batch.options import BatchOptions
    from migrate.batch.run import run_batch, silent
    from migrate.pipeline.request import Options
    from migrate.worlds.host.installed import must_have_frameworks

    must_have_frameworks()
    announce(require_sandbox)
    batch = BatchOptions(options or Options(), jobs, require_sandbox=require_sandbox)
    return run_batch([str(source) for source in sources], out, batch, on_event or silent)


def rewrite_source(text: str, options: SourceOptions | None = None, *, path: str = "module.py") -> Rewritten:
    """Rewrite the text of one Python module from Keras 1 and 2 to Keras 3; no file is read or written.

    Args:
        text: of the module.
        options: target, rules, whether to apply unsafe fixes.
        path: its name, for messages; rules about ``__init__.py`` and tests depend on it.

    Returns:
        The new text, and findings with lines and columns from 1 in the original text. ``error`` says why a text was
        not changed.

    The content of a text never causes an exception.

    Example:
        >>> keras_migrate.rewrite_source("from keras.layers.core import Dense\\n").text
        'from keras.layers import Dense\\n'
    """
    from codemods.edit.engine import rewrite
    from codemods.files.source import Source
    from codemods.options import Options as SourceOptions

    return rewrite(Source(Path(path), text), options or SourceOptions())


def verify(
    old: str | Path, new: str | Path, options: Options | None = None, *, require_sandbox: bool = False
) -> Verdict:
    """Compare two artifacts: signatures and numbers; requires the extra ``models``.

    Args:
        old: legacy model, checkpoint or SavedModel.
        new: ``.keras`` archive of Keras 3, or a SavedModel.
        options: custom objects, architecture, tolerance (relative), trust.
        require_sandbox: raise if this machine cannot give all guarantees of the sandbox; otherwise it is a warning.

    Returns:
        Whether they are equal, with one comparison for each output and signature.

    Raises:
        MigrationError: an artifact cannot be read or run; ``PAR006`` if they have nothing in common; ``RUN020``
            without the extra ``models``.

    Example:
        >>> keras_migrate.verify("model.h5", "out/model/model.keras").equal  # doctest: +SKIP
        True
    """
    from migrate.pipeline.request import Options
    from migrate.pipeline.verify import verify as compare
    from migrate.worlds.host.installed import must_have_frameworks
    from migrate.worlds.host.pool import Pool

    must_have_frameworks()
    announce(require_sandbox)
    first, second = _existing(old).absolute(), _existing(new).absolute()
    with (
        tempfile.TemporaryDirectory(prefix="keras-migrate-") as folder,
        Pool(2, Path(folder), sources=[first.parent, second.parent, first, second]) as pool,
        pool.slot() as left,
        pool.slot() as right,
    ):
        return compare(first, second, options or Options(), (left, right))


def report(root: str | Path, *, models: Iterable[str | Path] = (), require_sandbox: bool = False) -> Report:
    """Report whether a repository and its models can move to Keras 3, what is left, and in which order.

    Args:
        root: folder to examine; none of its code is run.
        models: ``report.json`` of finished runs; runs below ``root`` are found automatically.
        require_sandbox: raise if this machine cannot give all guarantees of the sandbox; otherwise it is a warning.

    Returns:
        The report as records; ``migrate.report.writers`` converts it to HTML, Markdown, SARIF or JUnit.

    Raises:
        MigrationError: ``FMT021`` if the folder does not exist, ``REP001`` for a file that is not the report of a run.

    Example:
        >>> keras_migrate.report(".").verdict  # doctest: +SKIP
        'Not yet: …'
    """
    from migrate.report.compatibility.build import build
    from migrate.report.compatibility.engines import looks
    from migrate.report.compatibility.gather import gather

    announce(require_sandbox)
    return build(gather(_existing(root), (), [Path(path) for path in models], looks()))


def load(folder: str | Path, **options: Any) -> Any:
    """Load a migrated model in this process, with the classes that were written next to it.

    The folder's ``custom_objects.py`` is your own rewritten code; it is imported, because ``load_model`` needs it.

    Args:
        folder: written by a migration, with ``model.keras`` in it.
        options: passed to ``keras.saving.load_model``, such as ``compile=False``.

    Returns:
        The ``keras.Model``.

    Raises:
        MigrationError: ``FMT021`` if the folder contains no ``model.keras``.

    Example:
        >>> model = keras_migrate.load("out/model")  # doctest: +SKIP
        >>> model.predict(inputs)  # doctest: +SKIP
    """
    archive = _existing(Path(folder) / "model.keras")
    objects = archive.with_name(CUSTOM_OBJECTS)
    if objects.is_file():
        spec = importlib.util.spec_from_file_location(f"keras_migrate_{archive.parent.name}_objects", objects)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        own = {
            name: value
            for name, value in vars(module).items()
            if getattr(value, "__module__", "") == spec.name
        }
        options["custom_objects"] = own | (options.get("custom_objects") or {})
    from keras.saving import load_model

    return load_model(archive, **options)


def _existing(path: str | Path) -> Path:
    """The path, which must exist: every function rejects a missing path in the same way.

    A checkpoint is named by its prefix, which is not a file itself.
    """
    found = Path(path)
    if not found.exists() and not found.with_name(f"{found.name}.index").exists():
        raise MigrationError("FMT021", f"{found} does not exist", "Check the path.", str(found))
    return found
