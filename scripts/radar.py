"""Which migrated models and rewritten programs the newest Keras, and its nightly build, break.

    keras-migrate models legacy_models --out OUT
    python scripts/radar.py OUT [--readers newest,nightly] [--issue FILE] [--parts FOLDER]

Loads every ``model.keras`` of a run in each reader and compares it with its ``proof.npz``; then runs every executed
proof of the source rules with that Keras (``tests/proofs``), and compares its public names and their parameters with
those of the newest release that this project was tested with. Of each model that differs it looks for the smallest part
that does (``--parts`` keeps it). Prints the breaks by name, writes them as the text of an issue, and ends with status 1
if a model, a proof or a name breaks.

Models with strings or lookup tables need ``--backend tensorflow``, the default; the others load on JAX as well.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from migrate.dialects.keras3_minors.versions import RELEASES, Reader, minor_of, parse_readers, reader  # noqa: E402
from migrate.pipeline.keras3.matrix import check_archives  # noqa: E402
from migrate.pipeline.keras3.smallest import smallest_part  # noqa: E402
from migrate.pipeline.request import Options  # noqa: E402
from migrate.readers.environments import Backend, environment_of  # noqa: E402
from migrate.results import CheckedArchive, ReaderOutcome  # noqa: E402

_FAILED = re.compile(r"^FAILED (\S+?)(?: - (.*))?$", re.MULTILINE)
OURS = Options(seed=0, trust=True)
"""The models are this project's, and so is the code beside them."""
Breaks = dict[str, list[str]]
"""By what is wrong: the names of models or proofs."""


def broken_models(out: Path, one: Reader, backend: Backend, kept: Path | None = None) -> Breaks:
    """Migrated models that a reader does not load, does not run, or computes otherwise.

    Args:
        out: outputs of a run.
        one: the reader.
        backend: below it.
        kept: folder for the smallest part of each that differs; None keeps none.
    """
    models = [
        (path, path.parent.relative_to(out).as_posix())
        for path in sorted(out.rglob("model.keras"))
        if path.with_name("proof.npz").is_file()
    ]
    with tempfile.TemporaryDirectory(prefix="keras-migrate-") as work:
        checked = check_archives(models, [one], [backend], Path(work), OURS)
    paths = {name: path for path, name in models}
    return by_reason(checked, lambda name: in_short(paths[name], one, backend, kept))


def in_short(archive: Path, one: Reader, backend: Backend, kept: Path | None) -> str:
    """The smallest part of an archive that differs, in words; it is kept where a folder is given."""
    with tempfile.TemporaryDirectory(prefix="keras-migrate-") as work:
        part = smallest_part(archive, one, backend, Path(work) / "part", OURS)
        if part is None:
            return "only as a whole"
        if kept is not None:
            shutil.copytree(part.path.parent, kept / archive.parent.name, dirs_exist_ok=True)
        return f"already {' → '.join(part.classes)} {part.reason}"


def by_reason(checked: list[CheckedArchive], part_of: Callable[[str], str] = lambda _: "") -> Breaks:
    """Models that are not equal, under what is wrong with them, sizes left out so that like stands with like.

    Args:
        checked: each in one reader.
        part_of: from the name of one that differs, to what is known of the part that does.
    """
    found: Breaks = defaultdict(list)
    for archive in checked:
        for reading in archive.readings:
            if reading.outcome is ReaderOutcome.DIFFERS:
                told = "; ".join(filter(None, [reading.reason, part_of(archive.source)]))
                found[reading.outcome.value].append(f"{archive.source} ({told})")
            elif reading.outcome is not ReaderOutcome.EQUAL:
                found[f"{reading.outcome}: {reading.reason}"].append(archive.source)
        if not archive.readings:
            found[archive.reference].append(archive.source)
    return dict(found)


def broken_proofs(one: Reader) -> Breaks:
    """Executed proofs of the source rules that fail with a reader in the place of the installed Keras."""
    environment = environment_of(one, Backend.TENSORFLOW)
    path = os.pathsep.join([str(environment.packages), str(ROOT)])
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:randomly", "tests/proofs"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    found: Breaks = defaultdict(list)
    for name, reason in _FAILED.findall(done.stdout):
        found[reason or "failed"].append(name)
    if done.returncode not in (0, 1):
        found["the proofs did not run"].append(done.stderr.strip()[-300:])
    return dict(found)


def names_in(one: Reader) -> dict[str, list[str] | None]:
    """Public names of a release, with the parameters of what can be called."""
    environment = environment_of(one, Backend.NUMPY)
    command = [environment.python, "-W", "ignore", ROOT / "scripts" / "readers" / "names.py"]
    done = subprocess.run(
        command, env={**os.environ, **environment.variables}, capture_output=True, text=True, check=True
    )
    found: dict[str, list[str] | None] = json.loads(done.stdout.splitlines()[-1])
    return found


def changed_names(before: Mapping[str, list[str] | None], after: Mapping[str, list[str] | None]) -> Breaks:
    """What became of public names: new, gone, or with other parameters."""
    found: Breaks = {
        "new": sorted(after.keys() - before.keys()),
        "gone": sorted(before.keys() - after.keys()),
    }
    for name in sorted(before.keys() & after.keys()):
        old, new = before[name] or [], after[name] or []
        lost, got = [one for one in old if one not in new], [one for one in new if one not in old]
        if lost:
            found.setdefault("parameters gone or with another default", []).append(
                f"{name}: {', '.join(lost)}" + (f" (now {', '.join(got)})" if got else "")
            )
        elif got:
            found.setdefault("parameters added", []).append(f"{name}: {', '.join(got)}")
    return {reason: names for reason, names in found.items() if names}


def breaking(names: Breaks) -> Breaks:
    """The changes of names that code may stumble over."""
    return {reason: found for reason, found in names.items() if "gone" in reason}


def text_of(version: str, models: Breaks, proofs: Breaks, names: Breaks) -> str:
    """The breaks of one release as the text of an issue."""
    broken = [*models.values(), *proofs.values(), *breaking(names).values()]
    lines = [f"# Keras {version} breaks {sum(map(len, broken))} proofs and names"]
    for title, breaks in (("Migrated models", models), ("Rewritten source", proofs), ("Public names", names)):
        lines += ["", f"## {title}", ""]
        for reason, which in sorted(breaks.items(), key=lambda item: -len(item[1])):
            lines += [f"* {reason}", *(f"  * {name}" for name in which)]
        lines += [] if breaks else ["none"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Check each reader, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("out", type=Path, help="outputs of keras-migrate models")
    parser.add_argument("--readers", default="newest,nightly")
    parser.add_argument("--backend", type=Backend, default=Backend.TENSORFLOW, choices=list(Backend))
    parser.add_argument(
        "--issue", type=Path, help="file for the text of an issue; left out when nothing breaks"
    )
    parser.add_argument("--parts", type=Path, help="folder for the smallest part of each model that differs")
    parser.add_argument("--models-only", action="store_true")
    options = parser.parse_args()
    texts = []
    known = names_in(reader(minor_of(RELEASES[-1])))
    for one in parse_readers(options.readers):
        models = broken_models(options.out, one, options.backend, options.parts)
        proofs = {} if options.models_only else broken_proofs(one)
        version = environment_of(one, options.backend).version
        names = changed_names(known, names_in(one))
        text = text_of(version, models, proofs, names)
        print(text)
        if models or proofs or breaking(names):
            texts.append(text)
    if texts and options.issue:
        options.issue.write_text("\n".join(texts), encoding="utf-8")
    sys.exit(1 if texts else 0)


if __name__ == "__main__":
    main()
