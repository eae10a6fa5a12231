"""Speed of the source rewrite, as ratios within one run: ``python benchmarks/codemods.py``.

The corpus is the installed tf-keras package. As it stands it chose to stay with Keras 2, so no rule runs. The
second scan runs every rule over Keras 3's own source, where there is nothing to edit; the third over the files of
tf-keras with ``tf_keras`` written as ``tensorflow.keras``, where there is a finding every 17 lines.

``--tree FOLDER`` measures the rewrite of a real tree of files instead, in one process: its time as a ratio, and its
memory. ``--times 3`` takes three copies of the tree, to see what grows with the number of files.

The neighbours run beside it when they are found on the path or in the folder given:

    python -m venv N && N/bin/pip install bump-pydantic torchfix
    python benchmarks/codemods.py --neighbours-from N/bin
"""

from __future__ import annotations

import argparse
import ast
import gc
import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

# Started as a script, this folder is on the path and this very file hides the package of its name.
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]

from codemods.analysis.analyse import analyse  # noqa: E402
from codemods.analysis.scan import dispatcher  # noqa: E402
from codemods.edit.engine import rewrite  # noqa: E402
from codemods.files.discovery import Wanted, discover  # noqa: E402
from codemods.files.source import Source, concerns  # noqa: E402
from codemods.names.repository import Repository  # noqa: E402
from codemods.options import Options  # noqa: E402
from codemods.run.runner import run  # noqa: E402

NEIGHBOURS = {
    "bump-pydantic": ["bump-pydantic", "--diff", "{folder}"],
    "torchfix": ["torchfix", "--select", "ALL", "--jobs", "1", "{folder}"],
}


def seconds(work: Callable[[], object], repeat: int, clock: Callable[[], float] = time.process_time) -> float:
    """The best of several runs, garbage collected before each; processor time unless another clock is given."""
    best = float("inf")
    for _ in range(repeat):
        gc.collect()
        start = clock()
        work()
        best = min(best, clock() - start)
    return best


def corpus(package: str = "tf_keras") -> list[Path]:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        sys.exit(f"the corpus, {package}, is not installed")
    return sorted(Path(spec.origin).parent.rglob("*.py"))


def legacy_copy(files: list[Path], folder: Path) -> list[Path]:
    """The corpus written as if it used ``tf.keras``."""
    root = files[0].parent
    while (root.parent / "__init__.py").exists():
        root = root.parent
    made = []
    for file in files:
        target = folder / "package" / file.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text("utf-8")
        changed = text.replace(" as tf_keras", " as keras").replace("tf_keras", "tensorflow.keras")
        target.write_text(changed if _parses(changed) else text, "utf-8")
        made.append(target)
    return made


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def scan_only(files: list[Path]) -> int:
    """Every rule over every file, no edit. Returns how many findings there were."""
    repository, options, found = Repository(), Options(), 0
    gc.disable()
    try:
        for file in files:
            data = file.read_bytes()
            if concerns(data):
                looked = analyse(Source.decode(data, file), options, repository)
                found += len(looked.found)
                if not repository.holds(looked.context.module, file):
                    looked.context.module.close()
            repository.trim()
    finally:
        gc.enable()
    return found


def parse_all(texts: list[str]) -> None:
    for text in texts:
        ast.parse(text)


def measure(repeat: int) -> dict[str, float]:
    import libcst

    files = corpus()
    texts = [file.read_text("utf-8") for file in files]
    lines = sum(text.count("\n") for text in texts)
    options = Options()
    dispatcher(options.target, options.version)
    results: dict[str, float] = {"files": len(files), "lines": lines}
    parse = seconds(lambda: parse_all(texts), repeat)
    results["ast.parse, lines/s"] = lines / parse
    stay = seconds(lambda: list(run(files, options)), repeat)
    results["scan of tf-keras as it is / ast.parse"] = stay / parse
    modern = corpus("keras")
    modern_texts = [file.read_text("utf-8") for file in modern]
    results["findings in Keras 3"] = scan_only(modern)
    clean = seconds(lambda: scan_only(modern), repeat)
    parse_modern = seconds(lambda: parse_all(modern_texts), repeat)
    results["scan of Keras 3 with every rule, nothing to edit / ast.parse"] = clean / parse_modern
    with tempfile.TemporaryDirectory() as name:
        folder = (
            Path(name) / "root"
        )  # a folder of its own: what lies beside a package is looked at for imports
        legacy = legacy_copy(files, folder)
        results["findings in the legacy copy"] = scan_only(legacy)
        one = seconds(lambda: scan_only(legacy), repeat)
        results["scan of the legacy copy / ast.parse"] = one / parse
        results["scan of the legacy copy, lines/s"] = lines / one
        everything = seconds(lambda: sum(result.new is not None for result in run(legacy, options)), 1)
        results["rewrite of the legacy copy, everything / ast.parse"] = everything / parse
        results["memory at most, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sources = [Source.read(file) for file in legacy]
        edited = [s for s in sources if rewrite(s, options).text != s.text][::8]
        whole = seconds(lambda: [rewrite(s, options) for s in edited], repeat)
        cst = seconds(lambda: [libcst.parse_module(s.text) for s in edited], repeat)
        results["edited files"] = len(edited)
        results["rewrite of edited files / libcst.parse_module"] = whole / cst
        results["two jobs, times faster"] = two_jobs(legacy, options, repeat)
    blank = [b"import os\n\n\ndef f(x):\n    return os.path.join(x, 'a')\n" * 40 for _ in range(20_000)]
    results["files without the marker, files/s"] = len(blank) / seconds(
        lambda: [concerns(b) for b in blank], repeat
    )
    return results


def of_a_tree(folder: Path, times: int) -> dict[str, float]:
    """Everything done to a real tree, edits included, in this process."""
    with tempfile.TemporaryDirectory() as name:
        for number in range(times):
            shutil.copytree(folder, Path(name) / f"copy{number}")
        files = discover([Path(name)], Wanted())
        python = [file.read_text("utf-8", "replace") for file in files if file.suffix == ".py"]
        texts = [text for text in python if _parses(text)]
        lines = sum(text.count("\n") for text in texts)
        parse = seconds(lambda: parse_all(texts), 3)
        python.clear()
        texts.clear()
        options = Options(unsafe=True)
        dispatcher(options.target, options.version)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        changed = 0

        def everything() -> None:
            nonlocal changed
            changed = sum(result.new is not None for result in run(files, options))

        whole = seconds(everything, 1)
        return {
            "files": len(files),
            "lines": lines,
            "files that change": changed,
            "rewrite, everything / ast.parse": whole / parse,
            "lines/s": lines / whole,
            "memory before, MB": before,
            "memory at most, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }


def two_jobs(files: list[Path], options: Options, repeat: int) -> float:
    """How many times faster two processes are: the best of each, taken in turns, as others may use the machine."""
    best = [float("inf")] * 3
    for _ in range(repeat):
        for jobs in (1, 2):
            gc.collect()
            start = time.perf_counter()
            for _ in run(files, options, jobs):
                pass
            best[jobs] = min(best[jobs], time.perf_counter() - start)
    return best[1] / best[2]


def neighbours(lines_wanted: int, folder_of_tools: Path | None) -> dict[str, float | str]:
    """Lines a second of other tools and of ours on the same part of the corpus; what is not there is said."""
    found: dict[str, float | str] = {}
    path = os.pathsep.join([str(folder_of_tools)] * (folder_of_tools is not None) + [os.environ["PATH"]])
    files = [file for file in corpus() if 5_000 < file.stat().st_size < 15_000][: max(1, lines_wanted // 250)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "corpus"
        folder.mkdir()
        lines = 0
        for number, file in enumerate(files):
            text = file.read_text("utf-8")
            lines += text.count("\n")
            text = "import torch, pydantic\n" + text.replace("tf_keras", "tensorflow.keras")
            (folder / f"m{number}.py").write_text(text, "utf-8")
        found["neighbours: lines of the same files"] = lines
        ours = [sys.executable, "-m", "keras_migrate", "code", "--jobs", "1"]
        for tool, command in {"keras-migrate": [*ours, "{folder}"], **NEIGHBOURS}.items():
            program = shutil.which(command[0], path=path)
            if program is None:
                found[f"{tool}, lines/s"] = "not installed"
                continue
            start = time.perf_counter()
            arguments = [program, *(part.format(folder="corpus") for part in command[1:])]
            root = Path(__file__).resolve().parent.parent
            environment = {**os.environ, "PYTHONPATH": str(root)} if tool == "keras-migrate" else None
            subprocess.run(arguments, cwd=name, env=environment, capture_output=True, check=False)
            found[f"{tool}, lines/s"] = lines / (time.perf_counter() - start)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--neighbours", type=int, metavar="LINES", default=3000)
    parser.add_argument("--neighbours-from", type=Path, metavar="FOLDER", help="where their programs are")
    parser.add_argument(
        "--tree", type=Path, metavar="FOLDER", help="measure the rewrite of this folder alone"
    )
    parser.add_argument("--times", type=int, default=1, help="copies of it")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    results: dict[str, float | str] = {"load of the machine before": os.getloadavg()[0]}
    if arguments.tree is not None:
        results |= of_a_tree(arguments.tree, arguments.times)
    else:
        results |= measure(arguments.repeat)
        results |= neighbours(arguments.neighbours, arguments.neighbours_from)
    if arguments.json:
        print(json.dumps(results, indent=1))
        return
    for name, value in results.items():
        shown = value if isinstance(value, str) else f"{value:,.2f}" if value < 100 else f"{value:,.0f}"
        print(f"{name:<62}{shown:>14}")


if __name__ == "__main__":
    main()
