"""Print the public names of unpacked Keras 1 and 2 sources as JSON, without importing them.

    python scripts/catalogue/standalone.py 1.2.2=DIR 2.2.5=DIR python=…/tensorflow/python/keras

``DIR`` holds the package ``keras``. The original frameworks do not import on a current Python, so their
modules are read with ``ast``: what a module defines, assigns or imports from its own package is a name that
code could have imported from it. The answer maps ``layers.core.Dense`` to ``{"kind": …, "versions": [...],
"parameters": [...]}`` where the parameters are those of the newest version read.
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import Any


def arguments(node: ast.FunctionDef) -> list[str]:
    """Argument names with their defaults, without ``self``, as source text."""
    args = [*node.args.posonlyargs, *node.args.args]
    defaults: list[ast.expr | None] = [None] * (len(args) - len(node.args.defaults)) + list(
        node.args.defaults
    )
    rows = [
        arg.arg if default is None else f"{arg.arg}={ast.unparse(default)}"
        for arg, default in zip(args, defaults, strict=True)
    ]
    if rows and rows[0] in {"self", "cls"}:
        rows = rows[1:]
    if node.args.vararg:
        rows.append("*" + node.args.vararg.arg)
    if node.args.kwarg:
        rows.append("**" + node.args.kwarg.arg)
    return rows


def module_names(tree: ast.Module, package: bool) -> dict[str, tuple[str, list[str] | None]]:
    """The public names of one module: kind and parameters."""
    found: dict[str, tuple[str, list[str] | None]] = {}
    for node in ast.walk(tree):
        # Functions inside functions are not names of the module; guarded imports and definitions are.
        for child in ast.iter_child_nodes(node):
            child.parent = node  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        outer = getattr(node, "parent", None)
        while isinstance(outer, ast.If | ast.Try | ast.ExceptHandler):
            outer = getattr(outer, "parent", None)
        if not isinstance(outer, ast.Module):
            continue
        if isinstance(node, ast.FunctionDef):
            found[node.name] = ("function", arguments(node))
        elif isinstance(node, ast.ClassDef):
            init = next(
                (n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None
            )
            found[node.name] = ("class", arguments(init) if init else None)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = ("value", None)
        elif isinstance(node, ast.ImportFrom) and (package or node.level):
            inside = node.level or (node.module or "").startswith(("keras", "tensorflow.python.keras"))
            for alias in node.names if inside else ():
                if alias.name != "*":
                    found.setdefault(alias.asname or alias.name, ("import", None))
    return {name: value for name, value in found.items() if not name.startswith("_")}


def scan(root: Path) -> dict[str, tuple[str, list[str] | None]]:
    """Every public name below one unpacked package."""
    names: dict[str, tuple[str, list[str] | None]] = {}
    for file in sorted(root.rglob("*.py")):
        parts = list(file.relative_to(root).with_suffix("").parts)
        package = parts[-1] == "__init__"
        parts = parts[:-1] if package else parts
        if any(p.startswith("_") or p.endswith("_test") or p in {"tests", "protobuf"} for p in parts):
            continue
        prefix = ".".join(parts)
        if prefix:
            names[prefix] = ("module", None)
        for name, value in module_names(ast.parse(file.read_text(encoding="utf-8")), package).items():
            dotted = f"{prefix}.{name}" if prefix else name
            if names.get(dotted, ("", None))[0] != "module":
                names[dotted] = value
    return names


def main(arguments_: list[str]) -> None:
    """Join the scans of all given versions."""
    joined: dict[str, dict[str, Any]] = {}
    for argument in arguments_:
        version, _, folder = argument.partition("=")
        for name, (kind, params) in scan(Path(folder)).items():
            entry = joined.setdefault(name, {"kind": kind, "versions": [], "parameters": {}})
            entry["versions"].append(version)
            if kind not in {"import", "value"}:
                entry["kind"] = kind
            if params is not None:
                entry["parameters"][version] = params
    json.dump(joined, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
