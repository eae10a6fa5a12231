"""Speed of the source rewrite, as ratios within one run: ``python benchmarks/codemods.py``.

The corpus is the installed tf-keras package. As it stands it chose to stay with Keras 2, so no rule runs; the
second scan runs every rule over the same files with ``tf_keras`` written as ``tensorflow.keras``.
"""

from __future__ import annotations

import argparse
import ast
import gc
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

# Started as a script, this folder is on the path and this very file hides the package of its name.
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]

from codemods.engine import Options, look, rewrite  # noqa: E402
from codemods.repository import Repository  # noqa: E402
from codemods.runner import run  # noqa: E402
from codemods.scan import dispatcher  # noqa: E402
from codemods.source import Source, concerns  # noqa: E402

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


def corpus() -> list[Path]:
    spec = importlib.util.find_spec("tf_keras")
    if spec is None or spec.origin is None:
        sys.exit("the corpus, tf-keras, is not installed")
    return sorted(Path(spec.origin).parent.rglob("*.py"))


def legacy_copy(files: list[Path], folder: Path) -> list[Path]:
    """The corpus written as if it used ``tf.keras``."""
    root = files[0].parent
    while (root.parent / "__init__.py").exists():
        root = root.parent
    made = []
    for file in files:
        target = folder / file.relative_to(root)
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
                looked = look(Source.decode(data, file), options, repository)
                found += len(looked.found)
                looked.context.module.close()
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
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        legacy = legacy_copy(files, folder)
        results["findings in the legacy copy"] = scan_only(legacy)
        one = seconds(lambda: scan_only(legacy), repeat)
        results["scan with every rule, no edit / ast.parse"] = one / parse
        results["scan with every rule, lines/s"] = lines / one
        sources = [Source.read(file) for file in legacy]
        edited = [s for s in sources if rewrite(s, options).text != s.text][::8]
        whole = seconds(lambda: [rewrite(s, options) for s in edited], repeat)
        cst = seconds(lambda: [libcst.parse_module(s.text) for s in edited], repeat)
        results["edited files"] = len(edited)
        results["rewrite of edited files / libcst.parse_module"] = whole / cst
        serial = seconds(lambda: list(run(files, options, 1)), repeat, time.perf_counter)
        double = seconds(lambda: list(run(files, options, 2)), repeat, time.perf_counter)
        results["two jobs, times faster"] = serial / double
    blank = [b"import os\n\n\ndef f(x):\n    return os.path.join(x, 'a')\n" * 40 for _ in range(20_000)]
    results["files without the marker, files/s"] = len(blank) / seconds(
        lambda: [concerns(b) for b in blank], repeat
    )
    return results


def neighbours(lines_wanted: int) -> dict[str, float]:
    """Lines a second of other tools on a part of the corpus, where they are installed."""
    found: dict[str, float] = {}
    files = corpus()[: max(1, lines_wanted // 300)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "corpus"
        folder.mkdir()
        lines = 0
        for number, file in enumerate(files):
            text = file.read_text("utf-8")
            lines += text.count("\n")
            (folder / f"m{number}.py").write_text(f"import torch, pydantic\n{text}", "utf-8")
        for tool, command in NEIGHBOURS.items():
            if shutil.which(command[0]) is None:
                continue
            start = time.perf_counter()
            arguments = [part.format(folder="corpus") for part in command]
            subprocess.run(arguments, cwd=name, capture_output=True, check=False)
            found[f"{tool}, lines/s"] = lines / (time.perf_counter() - start)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--neighbours", type=int, metavar="LINES", default=3000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    results = measure(arguments.repeat) | neighbours(arguments.neighbours)
    if arguments.json:
        print(json.dumps(results, indent=1))
        return
    for name, value in results.items():
        print(f"{name:<50}{value:>14,.2f}" if value < 100 else f"{name:<50}{value:>14,.0f}")


if __name__ == "__main__":
    main()
