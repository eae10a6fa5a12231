"""What an expression of a script calls: Keras, nothing but arithmetic, or anything else."""

from __future__ import annotations

import ast
import re

from migrate.own_code.flow import names_read, roots
from migrate.own_code.modules import SourceModule

_FRAMEWORKS = frozenset({"keras", "tensorflow", "tf_keras"})
_DATA = re.compile(r"\b(datasets?|get_file|load_model|preprocessing|ImageDataGenerator|gfile|io|flags|app)\b")
"""Parts of Keras and TensorFlow that read or make data."""
_PLAIN = frozenset(
    "abs bool dict enumerate float int len list max min range reversed round sorted str sum tuple zip".split()  # noqa: SIM905
)
_ARITHMETIC = frozenset({"math", "numpy"})
_READS = re.compile(r"load|from|memmap|random|open")
"""Functions of NumPy that read files, or draw."""


class Calls:
    """Calls as the imports of a module, and those inside of its functions, explain them."""

    def __init__(self, module: SourceModule) -> None:
        self._module = module
        self.local: dict[str, str] = {}
        """Name → dotted path, of imports that stand inside a function."""

    def plain(self, node: ast.expr) -> bool:
        """Whether an expression calls nothing but arithmetic."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.Call):
                root = next(roots(inner.func), "")
                plain = self.origin(root).split(".")[0] in _ARITHMETIC and not _READS.search(
                    ast.unparse(inner.func)
                )
                if not (plain or (root in _PLAIN and root not in self._module.bindings)):
                    return False
        return True

    def of_models(self, node: ast.expr, made: set[str]) -> bool:
        """Whether an expression calls Keras, or anything with what that has made."""
        for inner in ast.walk(node):
            if not isinstance(inner, ast.Call):
                continue
            if names_read(inner) & made:
                return True
            path = self.origin(next(roots(inner.func), ""))
            if path.split(".")[0] in _FRAMEWORKS and not _DATA.search(f"{path}.{ast.unparse(inner.func)}"):
                return True
        return False

    def origin(self, name: str) -> str:
        """The dotted path that a name is imported as; empty when it is not."""
        if name in self.local:
            return self.local[name]
        found = self._module.imports.get(name)
        if found is not None:
            return f"{found.module}.{found.name}" if found.name else found.module
        stars = [star.module for star in self._module.stars if star.module.split(".")[0] in _FRAMEWORKS]
        return stars[0] if stars and name[:1].isupper() and name not in self._module.bindings else ""
