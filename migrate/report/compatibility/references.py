"""The references of the source to artifacts: loads, saves, signatures, classes and imports of each file.

One ``ast`` pass per file, only over files whose bytes contain a relevant word. Paths are folded
from literals, module constants, ``os.path.join``, ``Path(…) / …`` and f-strings; a piece that is known only when
the program runs becomes ``*``, so that ``f"{root}/a.h5"`` still refers to ``a.h5``.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

WILD = "*"
MAX_LITERAL = 300
MARKERS = (b"keras", b"ModelCheckpoint", b"load", b"save", b"TFSMLayer", b"class ", b"import ")
LOADS = frozenset({"load_model", "load_weights", "load_saved_model", "TFSMLayer", "model_from_json"})
SAVES = frozenset({"ModelCheckpoint", "save", "save_model", "save_weights", "export"})
_PATH_KEYWORDS = frozenset(
    {"filepath", "filename", "path", "model_path", "weights_path", "export_dir", "saved_model_dir"}
)
_PATH_CALLS = frozenset({"join", "joinpath"})
_NAMESPACES = ("tf.keras", "tensorflow.keras", "python.keras")
"""Names of modules, not of files."""
_SAVED_MODEL = ("saved_model", "loader")
_MAGIC = re.compile(r"^[%!?].*$", re.MULTILINE)
_TEMPLATE = re.compile(r"\{[^{}]*\}|%\(?[\w]*\)?[-+.\d]*[sdifg]")
SUFFIXES = (".h5", ".hdf5", ".hdf", ".keras", ".pb", ".ckpt", ".model", ".tflite", ".weights")


@dataclass(frozen=True, slots=True)
class Reference:
    """A location that names an artifact: ``kind`` as in ``records.Link``, ``pattern`` a glob of its path."""

    kind: str
    line: int
    pattern: str
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A location that names a signature (``serving_default``)."""

    line: int
    signature: str


@dataclass(frozen=True, slots=True)
class Outline:
    """The references of one Python file."""

    references: tuple[Reference, ...] = ()
    literals: tuple[Reference, ...] = ()
    """Python texts that look like the path of a model: a link if it exists, no finding if it does not."""
    calls: tuple[Call, ...] = ()
    classes: Mapping[str, int] | None = None
    """Classes and functions by name: a model may need either."""
    imports: tuple[str, ...] = ()
    """Dotted names; relative imports keep their leading dots."""


def outline(source: bytes) -> Outline | None:
    """Read one Python file; None if it does not parse.

    A file without any word of ``MARKERS`` is not parsed: it has no references.
    """
    if not any(marker in source for marker in MARKERS):
        return Outline()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    constants = path_constants(tree)
    references: list[Reference] = []
    literals: list[Reference] = []
    calls: list[Call] = []
    classes: dict[str, int] = {}
    imports: list[str] = []
    pieces: set[ast.AST] = set()
    for node in ast.walk(tree):  # parents before children
        if isinstance(node, (ast.BinOp, ast.JoinedStr)) or (
            isinstance(node, ast.Call) and _is_path_call(node)
        ):
            pieces.update(ast.walk(node))  # "model.h5" in join(folder, "model.h5") is not a separate path
        match node:
            case ast.ClassDef() | ast.FunctionDef():
                classes.setdefault(node.name, node.lineno)
            case ast.Import():
                imports += [alias.name for alias in node.names]
            case ast.ImportFrom():
                base = "." * node.level + (node.module or "")
                imports.append(base)
                joint = "" if base.endswith(".") else "."
                imports += [f"{base}{joint}{alias.name}" for alias in node.names if alias.name != "*"]
            case ast.Call():
                references += _references(node, constants)
                calls += _keyword_calls(node)
            case ast.Constant(value=str(text)) if node not in pieces and _is_path(text):
                literals.append(Reference("names", node.lineno, _TEMPLATE.sub(WILD, text), text))
            case ast.Subscript(value=ast.Attribute(attr="signatures"), slice=ast.Constant(value=str(name))):
                calls.append(Call(node.lineno, name))
    return Outline(tuple(references), tuple(literals), tuple(calls), classes, tuple(imports))


def notebook_outline(source: bytes) -> Outline | None:
    """Read the code cells of a notebook; None if it is not one. Lines are 0: a cell has no line of the file.

    A cell that does not parse without its magics is skipped.
    """
    try:
        cells = json.loads(source)["cells"]
        texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    outlines = [found for text in texts if (found := outline(_MAGIC.sub("pass", text).encode()))]
    return Outline(
        tuple(replace(r, line=0) for o in outlines for r in o.references),
        tuple(replace(r, line=0) for o in outlines for r in o.literals),
        tuple(replace(c, line=0) for o in outlines for c in o.calls),
        {name: 0 for o in outlines for name in o.classes or {}},
        tuple(name for o in outlines for name in o.imports),
    )


def _is_path(text: str) -> bool:
    return text.endswith(SUFFIXES) and len(text) < MAX_LITERAL and not text.endswith(_NAMESPACES)


def _is_path_call(node: ast.Call) -> bool:
    return _name(node.func).rpartition(".")[2] in _PATH_CALLS


def _references(node: ast.Call, constants: Mapping[str, str]) -> Iterator[Reference]:
    name = _name(node.func)
    last = name.rpartition(".")[2]
    saved_model_load = last == "load" and any(part in name.split(".") for part in _SAVED_MODEL)
    kind = "loads" if last in LOADS or saved_model_load else "saves" if last in SAVES else ""
    if not kind:
        return
    argument = _path_argument(node)
    if argument is None:
        return
    pattern = fold(argument, constants)
    if kind == "saves" and last != "ModelCheckpoint" and not _looks_like_model(pattern, last):
        return  # np.save, image.save, df.export: only names of model files count
    yield Reference(kind, node.lineno, pattern, ast.unparse(node)[:160])


def _looks_like_model(pattern: str, function: str) -> bool:
    return (
        pattern.endswith(SUFFIXES) or function in {"save_model", "save_weights"} or "saved_model" in pattern
    )


def _path_argument(node: ast.Call) -> ast.expr | None:
    for keyword in node.keywords:
        if keyword.arg in _PATH_KEYWORDS:
            return keyword.value
    if _name(node.func).endswith("loader.load"):  # tf.compat.v1.saved_model.loader.load(session, tags, dir)
        return node.args[2] if len(node.args) > 2 else None
    if _name(node.func).rpartition(".")[2] == "save_model":  # save_model(model, path)
        return node.args[1] if len(node.args) > 1 else None
    return node.args[0] if node.args else None


def _keyword_calls(node: ast.Call) -> Iterator[Call]:
    for keyword in node.keywords:
        match keyword:
            case ast.keyword(arg="call_endpoint" | "signature_name", value=ast.Constant(value=str(name))):
                yield Call(node.lineno, name)


def fold(node: ast.expr, constants: Mapping[str, str]) -> str:
    """The text of a path expression, with ``*`` for pieces that only a run shows.

    Example: ``os.path.join(d, "a.h5")`` is ``*/a.h5``.
    """
    match node:
        case ast.Constant(value=str(text)):
            return _TEMPLATE.sub(WILD, text)
        case ast.Name(id=name):
            return constants.get(name, WILD)
        case ast.JoinedStr(values=values):
            return "".join(fold(v, constants) if isinstance(v, ast.Constant) else WILD for v in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return fold(left, constants) + fold(right, constants)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _join(fold(left, constants), fold(right, constants))
        case ast.BinOp(left=left, op=ast.Mod()) | ast.Call(func=ast.Attribute(value=left, attr="format")):
            return fold(left, constants)
        case ast.Call(func=func, args=args) if args and _name(func).rpartition(".")[2] in {
            "join",
            "joinpath",
        }:
            return _join(*(fold(argument, constants) for argument in args))
        case ast.Call(func=func, args=[only]) if _name(func).rpartition(".")[2] in {
            "Path",
            "str",
            "abspath",
            "fspath",
        }:
            return fold(only, constants)
        case ast.Call(func=func, args=[_, path]) if _name(func).rpartition(".")[2] == "resource_filename":
            return _join(WILD, fold(path, constants))
        case _:
            return WILD


def _join(*parts: str) -> str:
    return "/".join(part.rstrip("/") for part in parts if part)


def path_constants(tree: ast.Module) -> dict[str, str]:
    """Names that the module assigns once, to a path that can be folded without running it."""
    found: dict[str, str] = {}
    seen: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            value = fold(node.value, found)
            if name in seen:
                found.pop(name, None)
            elif value != WILD:
                found[name] = value
            seen.add(name)
    return found


def _name(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "?")
    return ".".join(reversed(parts))


_CONFIG_PATH = re.compile(
    rb"[\w./\\${}~*-]*[\w*]\.(?:h5|hdf5|hdf|keras|tflite|ckpt(?:-\d+)?|pb)(?![\w/-])"
    rb"|[\w./\\${}~*-]*\bsaved_model\b(?:/[\w./-]+)?",
    re.ASCII,
)
_CONFIG_SIGNATURE = re.compile(
    rb"(?:signature_name|signature_def|call_endpoint)[\"']?\s*[:= ]\s*[\"']?([\w.-]+)"
)
_CHECKPOINT = re.compile(r"\.ckpt-\d+$")
_VARIABLE = re.compile(r"\$\{[^}]*\}|\$\w+|~")


def _names_model(text: str) -> bool:
    """Whether a word of a configuration can be a path: not a module, a bare suffix, or another file of a folder."""
    last = text.rpartition("/")[2]
    suffixed = _CHECKPOINT.sub(".ckpt", last).endswith(SUFFIXES)
    if text.endswith(_NAMESPACES) or last.lstrip(WILD).startswith(".") or ("." in last and not suffixed):
        return False
    return suffixed or "/" in text


def config_references(source: bytes) -> Outline:
    """Paths of models and names of signatures in a configuration, script or container file."""
    references: list[Reference] = []
    calls: list[Call] = []
    for number, line in enumerate(source.split(b"\n"), 1):
        if len(line) > 2_000:  # minified data: it holds no path written by a developer
            continue
        for found in _CONFIG_PATH.finditer(line):
            text = found.group().decode("utf-8", "replace")
            if not _names_model(text):
                continue
            references.append(Reference("names", number, _VARIABLE.sub(WILD, text).replace("\\", "/"), text))
        calls += [
            Call(number, m.group(1).decode("ascii", "replace")) for m in _CONFIG_SIGNATURE.finditer(line)
        ]
    return Outline(tuple(references), calls=tuple(calls))
