"""Imports of a rewritten file: how a symbol is spelled at a place, and which imports are added, moved and removed.

Bindings are considered as they will be *after* the rewrite: ``from tensorflow.keras import layers`` counts as
``keras.layers`` if its alias is going to be moved there. New imports go next to the import that provided the
old name, in the same block, so a lazy import inside a function stays lazy.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from codemods.catalogue import load
from codemods.edit.references import MANAGED, references
from codemods.edits import (
    Code,
    Edit,
    ReplaceQuoted,
    ReplaceReference,
    ReplaceStatement,
)
from codemods.guards import is_guarded
from codemods.names.canonical import canonical
from codemods.names.scopes import Binding, Scope
from codemods.names.uses import about_keras, exported, removed_names, root_name, root_of_reference
from codemods.target import Target

if TYPE_CHECKING:
    from codemods.context import Context

_FROM = frozenset({"ops", "tree"})
"""Keras modules that are imported with ``from keras import …``, as usual; ``random`` would shadow Python's own."""
_BUILTINS = frozenset(dir(builtins))
_PATHS = frozenset({"assign", "import"})
"""Kinds of bindings that may give a name the path of a module."""


class Imports:
    """The imports of one file during one rewrite."""

    def __init__(self, context: Context, edits: Sequence[Edit]) -> None:
        self.context = context
        self._module = context.module
        self.moves: dict[ast.alias, str] = {}
        for edit in edits:
            if isinstance(edit, ReplaceReference) and isinstance(edit.node, ast.alias):
                self.moves[edit.node] = self.real(edit.to)
        self._values: dict[ast.expr, str] = {
            edit.node: self.real(edit.to)
            for edit in edits
            if isinstance(edit, ReplaceReference) and isinstance(edit.node, ast.expr)
        }
        for edit in edits:
            if isinstance(edit, ReplaceStatement) and isinstance(edit.node, ast.Assign):
                self._values[edit.node.value] = _imported_by(edit.code)
        self._spelled: dict[tuple[str, ast.AST], str] = {}
        self._told: dict[Binding, str] = {}
        self._reachable: dict[Scope, list[tuple[str, list[Binding]]]] = {}
        self.added: dict[ast.stmt | None, dict[str, str]] = {}
        """By the import statement next to which they go: lines to add, and the path that each binds."""
        self._plain: dict[str, int] = {}
        """By module: the line of its first plain import at the top of the file, as far as known."""
        self._homes: dict[ast.stmt, Scope] = dict(self._module.index.imports)
        self._used: set[str] = set()
        self._gone = removed_names(edits)
        self._quoted = {edit.node for edit in edits if isinstance(edit, ReplaceQuoted)}
        self._taken = {n for scope in self._module.index.scope_of.values() for n in scope.bindings}
        self._taken |= _BUILTINS | self._module.index.names.keys()
        for edit in edits:
            self._prepare(edit)
        self._merge_added()
        self.dropped = self._unused()

    def _merge_added(self) -> None:
        """Names from different imports may need the same new one: at the top of a module it is added once."""
        top = [anchor for anchor in self.added if anchor is None or anchor in self._module.tree.body]
        seen: set[str] = set()
        for anchor in sorted(top, key=lambda statement: statement.lineno if statement is not None else 0):
            lines = self.added[anchor]
            for line in seen & lines.keys():
                del lines[line]
            seen |= lines.keys()
            if not lines:
                del self.added[anchor]

    def real(self, path: str) -> str:
        """The import path of a reference: ``keras.ops`` is ``tensorflow.keras.ops`` for ``--target tf.keras``."""
        head, _, rest = path.partition(".")
        if head == "keras":
            head = {Target.TF_KERAS_3: "tensorflow.keras", Target.TF_KERAS_2: "tf_keras"}.get(
                self.context.target, "keras"
            )
        elif head == "tf":
            head = "tensorflow"
        return f"{head}.{rest}" if rest else head

    def _prepare(self, edit: Edit) -> None:
        if isinstance(edit, ReplaceReference) and isinstance(edit.node, ast.expr):
            self.spell(edit.to, edit.node)
        for field in ("code", "value"):
            code = getattr(edit, field, None)
            if isinstance(code, Code) or (isinstance(code, str) and not hasattr(edit, "value")):
                place: Any = (
                    getattr(edit, "node", None)
                    or getattr(edit, "anchor", None)
                    or getattr(edit, "call", None)
                )
                for reference in references(code):
                    self.spell(reference, place)

    def fresh(self, wish: str) -> str:
        """A name that is unused in the file."""
        names = (f"{wish}_{number}" if number else wish for number in range(len(self._taken) + 1))
        return next(name for name in names if name not in self._taken)

    # Spelling

    def spell(self, to: str, place: ast.AST) -> str:
        """How a symbol is written at a place; its import is added if it is missing."""
        key = (to, place)
        if key not in self._spelled:
            self._spelled[key] = self._spell(self.real(to), to, place)
        return self._spelled[key]

    def _spell(self, path: str, to: str, place: ast.AST) -> str:
        scope = self.context.scope(place)
        root = root_of_reference(place)
        best = ""
        own = to.split(".")[1:2] in [[name] for name in _FROM]
        for name, after in self._visible(scope, getattr(place, "lineno", 0)):
            if own and after == self.real("keras") and name not in self._taken:
                continue  # a bare ``import keras`` added by this rewrite is no reason to write ``keras.ops.…``
            if path == after or path.startswith(after + "."):
                if name == root and not best.startswith(root + "\0"):
                    best = f"{name}\0{after}"
                    break
                if len(after) > len(best.partition("\0")[2]):
                    best = f"{name}\0{after}"
        if best:
            name, _, after = best.partition("\0")
            self._used.add(name)
            return name + path[len(after) :]
        return self._import(path, to, place, scope, root)

    def _visible(self, scope: Scope, line: int) -> Iterator[tuple[str, str]]:
        """Names that can be used in a scope, with the path each stands for after the rewrite."""
        seen: set[str] = set()
        around: set[Scope] = set()
        current: Scope | None = scope
        while current is not None:
            if current is scope or current.kind != "class":
                around.add(current)
                for name, bindings in self._paths(current):
                    if name not in seen:
                        after = self.after([b for b in bindings if b.kind == "import" or b.line < line])
                        if after and scope.find(name) is current:
                            yield name, after
                seen.update(current.bindings)
            current = current.parent
        for anchor, lines in self.added.items():
            if anchor is None or self._homes.get(anchor) in around:
                for text, path in lines.items():
                    yield text.rpartition(" ")[2], path

    def _paths(self, scope: Scope) -> list[tuple[str, list[Binding]]]:
        """The names of a scope that may stand for a path."""
        if scope not in self._reachable:
            self._reachable[scope] = [
                (name, bindings)
                for name, bindings in scope.bindings.items()
                if any(found.kind in _PATHS for found in bindings)
            ]
        return self._reachable[scope]

    def after(self, bindings: list[Binding]) -> str:
        """The path that a name's bindings stand for after the rewrite; empty if they differ or are not imports."""
        if not any(found.kind in _PATHS for found in bindings):
            return ""
        paths = {
            self._after(b)
            for b in bindings
            if not (isinstance(b.value, ast.Constant) and b.value.value is None)
        }
        return paths.pop() if len(paths) == 1 else ""

    def _after(self, binding: Binding) -> str:
        if binding not in self._told:
            self._told[binding] = self._find_after(binding)
        return self._told[binding]

    def _find_after(self, binding: Binding) -> str:
        if binding.kind == "assign":
            return self._after_assignment(binding)
        if binding.kind != "import" or is_guarded(self.context, binding.node):
            return ""
        for alias in getattr(binding.node, "names", ()):
            bound = alias.asname or alias.name
            if isinstance(binding.node, ast.Import) and not alias.asname and "." in alias.name:
                continue  # binds its root, whatever it imports
            if bound == binding.name and alias in self.moves:
                path = self.moves[alias]
                if alias.asname is None and isinstance(binding.node, ast.ImportFrom):
                    same = path.rpartition(".")[2] == binding.name
                    return path if same or self.keeps(alias) else ""
                return path
        return "" if binding.path.startswith(".") else binding.path

    def _after_assignment(self, binding: Binding) -> str:
        """``layers = tf.keras.layers``: an alias whose value is rewritten."""
        moved = self._values.get(binding.value) if binding.value is not None else None
        return moved or ""

    def keeps(self, alias: ast.alias) -> bool:
        """Whether a moved alias keeps its old name (``import new as old``) because something still uses it."""
        return bool(self.remaining(alias.asname or alias.name))

    def _import(self, path: str, to: str, place: ast.AST, scope: Scope, root: str) -> str:
        anchor = self._anchor(scope, root)
        head, _, rest = to.partition(".")
        if head != "keras":
            line = MANAGED[head]
            bound, base = line.rpartition(" ")[2], self.real(head)
        else:
            base, _, last = path.rpartition(".")
            first = rest.partition(".")[0]
            namespace = self.real("keras")
            if (
                isinstance(place, ast.Name)
                and rest
                and first not in _FROM
                and self._free(last, anchor, scope)
            ):
                return self._add(anchor, f"from {base} import {last}", path, last)
            if first in _FROM and not self._leaks and self._free(first, anchor, scope):
                line, base, bound = f"from {namespace} import {first}", f"{namespace}.{first}", first
            elif "." in namespace:
                parent, _, name = namespace.rpartition(".")
                line, base, bound = f"from {parent} import {name}", namespace, name
            else:
                line, base, bound = f"import {namespace}", namespace, namespace
        if not self._free(bound, anchor, scope):
            bound = self._fresh(bound)
            line = f"{line.partition(' as ')[0]} as {bound}"
        return self._add(anchor, line, base, bound) + path[len(base) :]

    @cached_property
    def _leaks(self) -> bool:
        """Whether another file's ``from … import *`` also gets new names of this one: ``ops`` may be its own."""
        repository = self._module.repository
        if repository is None or exported(self._module.tree):
            return False
        return "*" in repository.wanted(self._module.name.rpartition(".")[2] or self.context.path.stem)

    def _add(self, anchor: ast.stmt | None, line: str, path: str, bound: str) -> str:
        self.added.setdefault(anchor, {})[line] = path
        return bound

    def _free(self, name: str, anchor: ast.stmt | None = None, scope: Scope | None = None) -> bool:
        """Whether a name may be bound next to an import for a use in a scope: it has no other meaning there,
        except from imports that are removed."""
        home = self._homes.get(anchor, self._module.index.module) if anchor else self._module.index.module
        current = scope or home
        around: Scope | None = current
        while around is not None:
            if not all(self._leaves(binding) for binding in around.bindings.get(name, ())):
                return False
            around = around.parent if around is not home else None
        for node, place in self._module.index.names.get(name, ()):
            bound = place.find(name)
            captured = (bound is None or bound in _above(home.parent)) and home in _above(place)
            if captured and root_name(node) not in self._gone:
                return False  # it would no longer reach its present target
        return name not in _BUILTINS or bool(current.find(name))

    def _leaves(self, binding: Binding) -> bool:
        """Whether a binding is removed, or becomes a separate import."""
        if binding.kind not in {"import", "assign"}:
            return False
        if binding.kind == "assign":
            return binding.value is not None and binding.value in self._values
        alias = next((a for a in binding.node.names if (a.asname or a.name) == binding.name), None)  # type: ignore[attr-defined]
        return alias is not None and not self.remaining(binding.name) and alias in self.moves

    def _fresh(self, name: str) -> str:
        number = 3
        while f"{name}{number}" in self._taken:
            number += 1
        return f"{name}{number}"

    def _anchor(self, scope: Scope, root: str) -> ast.stmt | None:
        """The import statement next to which a new import belongs: the one that provided the old name."""
        home = scope.find(root) if root else None
        if home is not None:
            brought = [b.node for b in home.bindings[root] if b.kind == "import"]
            # Only one of several imports of a name has run: what must exist always goes to the top instead.
            if (
                len(brought) == 1
                and isinstance(brought[0], ast.stmt)
                and not is_guarded(self.context, brought[0])
            ):
                return brought[0]
        module = self._module.index.module
        for statement, where in self._module.index.imports:
            if where is module and statement in self._module.tree.body and about_keras(statement):
                return statement
        return None

    # Removed imports

    def remaining(self, name: str) -> list[ast.Name]:
        """Uses of a name that no edit removes."""
        return self._staying(node for node, _ in self._module.index.names.get(name, ()))

    def _staying(self, nodes: Iterable[ast.expr]) -> list[ast.Name]:
        left: list[ast.Name] = []
        for node in nodes:
            inner = root_name(node)
            if inner is not None and inner not in self._gone:
                left.append(inner)
        return left

    def _unused(self) -> set[ast.alias]:
        if self.context.path.name == "__init__.py":
            return set()
        dropped: set[ast.alias] = set()
        mentioned = " ".join(str(n.value) for n, _ in self._module.index.annotations if n not in self._quoted)
        respelled = " ".join(str(node.value) for node in self._quoted)
        for statement, scope in self._module.index.imports:
            for alias in statement.names:
                name = (alias.asname or alias.name).partition(".")[0]
                uses = self._uses(name, scope)
                if (
                    alias.name == "*"
                    or not (uses or name in respelled)
                    or self.context.exported(name, by_star=not self._gone_for_good(statement, alias))
                    or name in self._used
                    or name in mentioned
                ):
                    continue
                if not self._staying(uses) and not is_guarded(self.context, statement):
                    dropped.add(alias)
        return {alias for alias in dropped if not self._alone(alias)}

    def _gone_for_good(self, statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> bool:
        """Whether the target has none of the names in an import, so that it would fail."""
        module = getattr(statement, "module", None)
        known = canonical(f"{module}.{alias.name}").name if module and not statement.level else ""  # type: ignore[union-attr]
        if not known.startswith("keras.") or alias in self.moves:
            return False
        return load().destination(known, self.context.target) is None

    def _uses(self, name: str, scope: Scope) -> list[ast.expr]:
        """Uses of an import's names in a scope: the same name in another function is a different one."""
        home = scope.find(name)
        return [
            node for node, place in self._module.index.names.get(name, ()) if place.find(name) in {home, None}
        ]

    def _alone(self, alias: ast.alias) -> bool:
        """Whether an import is the only statement of a branch: without it, the branch would be empty."""
        statement = self.context.parent(alias)
        block = self.context.parent(statement) if isinstance(statement, ast.stmt) else None
        branches = (getattr(block, name, ()) for name in ("body", "orelse", "finalbody"))
        alone = (
            isinstance(block, (ast.If, ast.Try, ast.TryStar, ast.ExceptHandler)) and [statement] in branches
        )
        return alone and statement not in self.added

    # Resulting statements

    def repeats(self, statement: ast.stmt, module: str) -> bool:
        """Whether ``import module``, replacing a statement at the top, already exists further up."""
        if not module or statement not in self._module.tree.body:
            return False
        known = self._plain.setdefault(module, self._first_plain(module))
        if known < statement.lineno:
            return True
        self._plain[module] = statement.lineno
        return False

    def _first_plain(self, module: str) -> int:
        """The line of the first unchanged ``import module`` at the top."""
        lines = [
            statement.lineno
            for statement in self._module.tree.body
            if isinstance(statement, ast.Import)
            for alias in statement.names
            if (alias.name, alias.asname) == (module, None) and alias not in self.dropped
        ]
        return min(lines, default=sys.maxsize)

    def touched(self) -> Iterator[ast.Import | ast.ImportFrom]:
        """Import statements that change or get a neighbour."""
        for statement, _ in self._module.index.imports:
            if statement in self.added or any(a in self.moves or a in self.dropped for a in statement.names):
                yield statement

    def used_as(self, name: str) -> bool:
        """Whether a spelled reference begins with a name."""
        return name in self._used or any(
            spelled.partition(".")[0] == name for spelled in self._spelled.values()
        )


def _above(scope: Scope | None) -> Iterator[Scope]:
    """A scope and those around it."""
    current = scope
    while current is not None:
        yield current
        current = current.parent


def _imported_by(code: Code | str) -> str:
    """The module bound by a single ``import module [as name]``; empty for other code."""
    words = code.split() if isinstance(code, str) else []
    return words[1] if words[:1] == ["import"] and len(words) in {2, 4} else ""
