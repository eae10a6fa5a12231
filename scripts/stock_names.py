#!/usr/bin/env python
"""Write ``migrate/formats/stock_names.tsv``: which names each release of Keras had, and how it configured them.

    stock_names.py RELEASE=FOLDER... --out migrate/formats/stock_names.tsv

``RELEASE`` is what files carry as ``keras_version`` (``2.2.4``, ``2.2.4-tf``, ``2.8.0``); ``FOLDER`` is the package
``keras`` of that release, or ``tensorflow/python/keras`` of a TensorFlow before 2.6. Nothing is imported: sources are
parsed. The same release may be given twice (``2.2.4-tf`` is TensorFlow 1.13 to 2.1): a name of either counts.
"""

from __future__ import annotations

import argparse
import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

KINDS = {
    "layers": (
        "layers",
        "legacy/layers.py",
        "engine",
        "applications",
        "feature_column",
        "mixed_precision",
        "premade",
        "premade_models",
        "models",
    ),
    "initializers": ("initializers",),
    "regularizers": ("regularizers",),
    "constraints": ("constraints",),
    "losses": ("losses", "objectives"),
    "metrics": ("metrics",),
    "optimizers": ("optimizers", "optimizer_v1", "optimizer_v2", "optimizer_experimental"),
    "activations": ("activations", "applications/mobilenet.py"),
}
"""Kind to the modules or folders of the package that define it."""
FUNCTIONS = frozenset({"activations", "losses", "metrics", "initializers", "regularizers", "constraints"})
HELPERS = frozenset(
    {"get", "serialize", "deserialize", "get_from_module", "populate_deserializable_objects", "decode_predictions",
     "preprocess_input", "MobileNet"}
)  # fmt: skip

OF_TENSORFLOW = """
    Constant ConvolutionOrthogonal ConvolutionOrthogonal1D ConvolutionOrthogonal2D ConvolutionOrthogonal3D GlorotNormal
    GlorotUniform HeNormal HeUniform Identity LecunNormal LecunUniform Ones Orthogonal RandomNormal RandomUniform
    TruncatedNormal UniformUnitScaling VarianceScaling Zeros
    """.split()  # noqa: SIM905 - names read better as text
"""Initializers of ``tensorflow/python/ops/init_ops.py`` and ``init_ops_v2.py``: tf.keras before 2.6 has those."""


@dataclass
class Class:
    """A class as its source says: bases, what its constructor takes, what its configuration holds."""

    bases: list[str]
    arguments: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)


def main() -> None:
    """Read the packages and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="+", metavar="RELEASE=FOLDER")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    seen: dict[tuple[str, str, str], dict[str, tuple[set[str], set[str]]]] = defaultdict(dict)
    releases: dict[str, list[str]] = {"keras": [], "tf.keras": []}
    for given in options.packages:
        release, _, folder = given.partition("=")
        family = family_of(release)
        if release not in releases[family]:
            releases[family].append(release)
        for kind, name, keys, written in names_of(Path(folder)):
            earlier = seen[kind, name, family].get(release)
            both = (earlier[0] | keys, earlier[1] & written) if earlier else (keys, written)
            seen[kind, name, family][release] = both
    rows = ["\t".join(("kind", "name", "family", "after", "first", "last", "keys", "written"))]
    for (kind, name, family), by_release in sorted(seen.items()):
        order = [r for r in releases[family] if r in by_release]
        before = releases[family].index(order[0])
        after = releases[family][before - 1] if before else ""
        last = "" if order[-1] == releases[family][-1] else order[-1]
        keys = {key for known, _ in by_release.values() for key in known if not key.startswith("_")}
        written = set.intersection(*(w for _, w in by_release.values()))
        columns = (
            kind,
            name,
            family,
            after,
            order[0],
            last,
            ",".join(sorted(keys)),
            ",".join(sorted(written)),
        )
        rows.append("\t".join(columns))
    options.out.write_text("\n".join(rows) + "\n", encoding="utf-8")


def family_of(release: str) -> str:
    """``keras`` for the stand-alone package up to 2.3.1, ``tf.keras`` for what came with TensorFlow."""
    major, minor = (int(part) for part in release.split(".")[:2])
    return "tf.keras" if release.endswith("-tf") or (major, minor) >= (2, 4) else "keras"


def names_of(package: Path) -> Iterator[tuple[str, str, set[str], set[str]]]:
    """For every name of a release its kind, known configuration keys, and keys that the class itself always writes."""
    classes: dict[str, Class] = {}
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted(package.rglob("*.py")):
        if file.name.endswith("_test.py") or "test" in file.stem.split("_"):
            continue
        kinds = kinds_of(file.relative_to(package).as_posix())
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                classes.setdefault(node.name, class_of(node))
                for kind in kinds - {"activations"}:
                    if not node.name.startswith("_"):
                        found[kind].add(node.name)
            elif isinstance(node, ast.FunctionDef):
                for kind in kinds & FUNCTIONS:
                    if not node.name.startswith("_") and node.name not in HELPERS:
                        found[kind].add(node.name)
            elif isinstance(node, ast.Assign):
                for kind in kinds - {"layers"}:
                    found[kind] |= aliases(node)
            elif isinstance(node, ast.If):
                for inner in node.body:
                    if isinstance(inner, ast.Assign):
                        for kind in kinds:
                            found[kind] |= aliases(inner)
    if package.parent.name == "python":
        found["initializers"].update(OF_TENSORFLOW)
    for kind, names in found.items():
        for name in names:
            keys = keys_of(name, classes)
            written = classes[name].written if name in classes else set()
            yield kind, name, keys, written


def kinds_of(path: str) -> set[str]:
    """The kinds that a module of the package defines."""
    path = path.removeprefix("src/")
    return {
        kind
        for kind, places in KINDS.items()
        for place in places
        if path in (place, f"{place}.py") or path.startswith(f"{place}/")
    }


def aliases(node: ast.Assign) -> set[str]:
    """Names that an assignment gives to another name: ``mse = MSE = mean_squared_error``."""
    if not isinstance(node.value, ast.Name | ast.Attribute):
        return set()
    names = {t.id for t in node.targets if isinstance(t, ast.Name) and not t.id.startswith("_")}
    return names - HELPERS


def class_of(node: ast.ClassDef) -> Class:
    """What the source of a class says."""
    bases = [base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases]
    result = Class(bases)
    for item in node.body:
        if not isinstance(item, ast.FunctionDef):
            continue
        if item.name == "__init__":
            given = item.args
            result.arguments |= {a.arg for a in (*given.args[1:], *given.kwonlyargs)}
            result.arguments |= named_arguments(item)
        elif item.name == "get_config":
            result.written |= literal_keys(item, always=True)
            result.arguments |= literal_keys(item, always=False)
    return result


def named_arguments(function: ast.FunctionDef) -> set[str]:
    """Strings of a constructor that can be keywords: what it takes out of ``kwargs`` or lists as allowed."""
    constants = (node.value for node in ast.walk(function) if isinstance(node, ast.Constant))
    return {value for value in constants if isinstance(value, str) and value.isidentifier()}


def literal_keys(function: ast.FunctionDef, *, always: bool) -> set[str]:
    """Keys that ``get_config`` writes: of dict literals and calls of ``dict``; conditional ones only if asked for."""
    found: set[str] = set()
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        if always and isinstance(node, ast.If):
            continue
        if isinstance(node, ast.Dict):
            found |= {k.value for k in node.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
            found |= {k.arg for k in node.keywords if k.arg}
        elif (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.ctx, ast.Store)
        ):
            found.add(str(node.slice.value))
        todo.extend(ast.iter_child_nodes(node))
    return found


def keys_of(name: str, classes: dict[str, Class], seen: tuple[str, ...] = ()) -> set[str]:
    """Keys that the configuration of a class can have, those of its bases included."""
    if name not in classes or name in seen:
        return set()
    own = classes[name]
    return (own.arguments | own.written).union(*(keys_of(b, classes, (*seen, name)) for b in own.bases))


if __name__ == "__main__":
    main()
