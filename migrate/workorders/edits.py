"""What an edit changed, told in statements: for the checks that an acceptance makes without running anything."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

_DIRECTIVE = re.compile(r"#\s*keras-migrate:\s*(ignore|skip-file)")


@dataclass(frozen=True, slots=True)
class Part:
    """One top-level statement: its name (of a definition, else empty), first and last line."""

    name: str
    first: int
    last: int
    node: ast.stmt


def parts_of(text: str) -> list[Part]:
    """Top-level statements of a file.

    Raises:
        SyntaxError: it does not parse.
    """
    return [
        Part(
            getattr(node, "name", "") if isinstance(node, _DEFINITIONS) else "",
            min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]),
            node.end_lineno or node.lineno,
            node,
        )
        for node in ast.parse(text).body
    ]


_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a file.

    Attributes:
        lines: of the new text that are new or other ones, and all lines of the functions that they lie in: what was
            there before may mean something else now. Blank lines and comments are left out.
        parts: statements of the new text that were changed, or from which lines were taken.
        removed: definitions that are gone.
    """

    lines: tuple[int, ...]
    parts: tuple[Part, ...]
    removed: tuple[str, ...]


def change(old: str, new: str) -> Change:
    """What an edit did.

    Raises:
        SyntaxError: one of the texts does not parse.
    """
    before, after = parts_of(old), parts_of(new)
    known = {(part.name, ast.dump(part.node)) for part in before}
    parts = tuple(part for part in after if (part.name, ast.dump(part.node)) not in known)
    matcher = SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    lines = new.splitlines()
    touched = {
        number
        for tag, _, _, first, last in matcher.get_opcodes()
        if tag in ("replace", "insert")
        for number in range(first + 1, last + 1)
        if any(part.first <= number <= part.last for part in parts)
    }
    same = {ast.dump(node) for part in before for node in _functions(part.node)}
    for part in parts:
        for node in _functions(part.node):
            if ast.dump(node) not in same:
                touched |= set(range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1))
    code = [n for n in sorted(touched) if lines[n - 1].strip() and not lines[n - 1].lstrip().startswith("#")]
    gone = {part.name for part in before if part.name} - {part.name for part in after}
    return Change(tuple(code), parts, tuple(sorted(gone)))


def _functions(node: ast.AST) -> list[ast.FunctionDef]:
    return [inner for inner in ast.walk(node) if isinstance(inner, ast.FunctionDef)]


def is_harmless(part: Part) -> bool:
    """Whether a statement computes nothing by itself: an import, or a docstring."""
    node = part.node
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    return isinstance(node, ast.Import | ast.ImportFrom)


def new_directives(old: str, new: str) -> int:
    """How many comments that silence the source rules were added."""
    return max(len(_DIRECTIVE.findall(new)) - len(_DIRECTIVE.findall(old)), 0)


_OUTSIDE = frozenset(
    {
        "os",
        "sys",
        "inspect",
        "time",
        "datetime",
        "socket",
        "platform",
        "importlib",
        "subprocess",
        "pathlib",
        "traceback",
    }
    | {
        "globals",
        "locals",
        "vars",
        "eval",
        "exec",
        "compile",
        "open",
        "__import__",
        "__name__",
        "__file__",
        "__builtins__",
    }
)
_PLAIN_METHODS = frozenset({"__init__", "__call__", "__class__", "__name__"})


def new_outside_reads(old: str, new: str) -> list[str]:
    """Names by which an edit begins to ask where it runs: what it computes in a proof would say nothing then."""
    return sorted(_outside(new) - _outside(old))


def _outside(text: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and node.id in _OUTSIDE:
            found.add(node.id)
        elif (
            isinstance(node, ast.Attribute) and node.attr.startswith("__") and node.attr not in _PLAIN_METHODS
        ):
            found.add(node.attr)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None) or node.names[0].name
            found |= {module.split(".")[0]} & _OUTSIDE
    return found


def broken_promises(old: str, new: str) -> list[str]:
    """What callers of a file's definitions rely on and no longer find: parameters, their order, defaults, methods."""
    before = {part.name: part.node for part in parts_of(old) if part.name}
    after = {part.name: part.node for part in parts_of(new) if part.name}
    found: list[str] = []
    for name, node in before.items():
        other = after.get(name)
        if other is None:
            found.append(f"{name} is gone")
        elif type(other) is not type(node):
            found.append(f"{name} is a different kind of definition")
        elif isinstance(node, ast.ClassDef) and isinstance(other, ast.ClassDef):
            found += _methods(node, other)
        elif isinstance(node, ast.FunctionDef) and isinstance(other, ast.FunctionDef):
            found += _signature(name, node, other)
    return found


_OF_KERAS = frozenset(
    {"build", "call", "compute_mask", "compute_output_shape", "get_config", "train_step", "test_step"}
)
"""Methods that Keras calls; how they take their arguments is what a migration changes."""


def _methods(node: ast.ClassDef, other: ast.ClassDef) -> list[str]:
    mine = {n.name: n for n in node.body if isinstance(n, ast.FunctionDef)}
    theirs = {n.name: n for n in other.body if isinstance(n, ast.FunctionDef)}
    found = []
    for name, method in mine.items():
        if name not in theirs:
            found.append(f"{node.name}.{name} is gone")
        elif name not in _OF_KERAS:
            found += _signature(f"{node.name}.{name}", method, theirs[name])
    return found


def _signature(name: str, old: ast.FunctionDef, new: ast.FunctionDef) -> list[str]:
    before, after = _parameters(old), _parameters(new)
    if after[: len(before)] == before and all(default for _, default in after[len(before) :]):
        return []
    return [f"{name} takes {_listed(after)}, and took {_listed(before)}"]


def _parameters(node: ast.FunctionDef) -> list[tuple[str, str]]:
    """Name and source of the default (empty for none) of each parameter; those with stars have their stars."""
    given = node.args
    plain = [*given.posonlyargs, *given.args]
    defaults = ["" for _ in plain[: len(plain) - len(given.defaults)]] + [
        ast.unparse(d) for d in given.defaults
    ]
    found = [(a.arg, d) for a, d in zip(plain, defaults, strict=True)]
    found += [
        (f"{a.arg}=", ast.unparse(d) if d is not None else "")
        for a, d in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    ]
    if given.vararg:
        found.append((f"*{given.vararg.arg}", "*"))
    if given.kwarg:
        found.append((f"**{given.kwarg.arg}", "**"))
    return found


def _listed(parameters: list[tuple[str, str]]) -> str:
    return "(" + ", ".join(f"{n}={d}" if d.strip("*") else n for n, d in parameters) + ")"


def grown(before: Counter[tuple[str, str]], after: Counter[tuple[str, str]]) -> list[tuple[str, str]]:
    """Findings (code and symbol) that there are more of."""
    return sorted(key for key, number in after.items() if number > before[key])
