"""The statements of a script as those of a function: values that the sources tell in place, others as arguments."""

from __future__ import annotations

import ast
import builtins
import copy
import re
from collections.abc import Sequence

from migrate.own_code.calls import Calls
from migrate.own_code.flow import changed_by, consumers, names_inside, names_read, needed, roots, top_level
from migrate.own_code.modules import SourceModule
from migrate.own_code.ranks import open_shape
from migrate.own_code.scopes import Scope
from migrate.own_code.values import Evaluator, Settings, UnknownValueError

_SIZES = frozenset({"int", "len", "list", "max", "min", "round", "set", "sorted", "sum"})
"""Functions of Python whose results are sizes when their arguments are of data."""
_MAX_VALUE = 10_000
_BUILT_IN = frozenset(dir(builtins))


class Opened(ast.NodeTransformer):
    """Puts values in the place of names that the sources tell, and arguments in that of what only data tells."""

    def __init__(
        self,
        module: SourceModule,
        evaluator: Evaluator,
        function: ast.FunctionDef | None,
        *,
        lengths: bool = False,
    ) -> None:
        self._lengths = lengths
        """Whether lengths of sequences and sizes of images are arguments, too, on which weights seldom depend."""
        self.names: list[str] = []
        self._module, self._evaluator, self._function = module, evaluator, function
        self._kept: set[str] = set()
        """Names that stand for what they stood for."""
        self._made: set[str] = set()
        """Those of layers, tensors and models."""
        self._unknown: set[str] = set()
        self._calls = Calls(module)
        self._consumers: dict[str, str] = {}
        """Name of a tensor → class of the layer that is called with it first."""
        self.read: set[str] = set()
        """Names that the arguments are of."""

    def statements(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        """The statements with both in place; those whose values only data tells are left out.

        Raises:
            UnknownValueError: how many layers there are, or which, depends on data.
        """
        for node in body:
            self._consumers = dict(consumers(node)) | self._consumers
        return [made for node in body for made in self._statement(copy.deepcopy(node))]

    def given(self, function: ast.FunctionDef, names: set[str]) -> list[ast.stmt]:
        """Assignments to those of a function's parameters that its calls or defaults tell."""
        made: list[ast.stmt] = []
        for parameter in function.args.args:
            if parameter.arg in names:
                told = self._told(ast.Name(parameter.arg, ast.Load()), function.lineno)
                (self._unknown if told is None else self._kept).add(parameter.arg)
                if told is not None:
                    made.append(
                        ast.Assign([ast.Name(parameter.arg, ast.Store())], told, lineno=function.lineno)
                    )
        return made

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        self._kept |= names_inside(node)
        match node:
            case ast.Import() | ast.ImportFrom():
                module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
                for entry in node.names:
                    self._calls.local[(entry.asname or entry.name).split(".")[0]] = (
                        f"{module}.{entry.name}".strip(".")
                    )
                return [node]
            case ast.Assign(targets=[ast.Name(id=name)]) if name in self._evaluator.defined:
                self._kept.add(name)
                return [ast.Assign(node.targets, self._defined(name), lineno=node.lineno)]
            case ast.Assign(targets=targets, value=value):
                return self._assigned(node, {root for target in targets for root in roots(target)}, value)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                return self._assigned(
                    ast.Assign([target], value, lineno=node.lineno), set(roots(target)), value
                )
            case ast.For(target=target, iter=over, body=body):
                if self._opens(over) or not self._calls.plain(over):
                    return self._given_up(node, over)
                self._kept |= set(roots(target))
                made = ast.For(target, over, self.statements(body) or [ast.Pass()], [], lineno=node.lineno)
                return [made]
            case ast.While(test=test, body=body):
                return (
                    self._given_up(node, test)
                    if self._opens(test)
                    else [ast.While(test, self.statements(body), [])]
                )
            case ast.If(test=test, body=body, orelse=orelse):
                if self._opens(test):
                    return self._given_up(node, test)
                kept, others = self.statements(body), self.statements(orelse)
                return [ast.If(test, kept or [ast.Pass()], others)] if kept or others else []
            case ast.With(items=items, body=body):
                return [ast.With(items, self.statements(body) or [ast.Pass()], lineno=node.lineno)]
            case ast.AugAssign(target=target):
                return [] if set(roots(target)) & self._unknown else [self.visit(node)]
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner))):
                return [] if set(roots(owner)) & self._unknown else [self.visit(node)]
        return [self.visit(node)]

    def _assigned(self, node: ast.Assign, bound: set[str], value: ast.expr) -> list[ast.stmt]:
        self._open_input(node.targets[0], value)
        made = self._calls.of_models(value, self._made)
        if made or (not self._opens(value) and self._calls.plain(value)):
            kept: list[ast.stmt] = [self.visit(node)]
        else:
            told = self._told(value, node.lineno)
            kept = [] if told is None else [ast.Assign(node.targets, told, lineno=node.lineno)]
        known, lost = (self._kept, self._unknown) if kept else (self._unknown, self._kept)
        known |= bound
        lost -= bound
        if made:
            self._made |= bound
        return kept

    def _open_input(self, target: ast.expr, value: ast.expr) -> None:
        """Open the shape of an ``Input`` where that is the data's, by the layer that is called with it."""
        if isinstance(target, ast.Name) and isinstance(value, ast.Call) and _last(value.func) == "Input":
            layer = self._consumers.get(target.id, "")
            value.args = [self._shape(v, layer) if self._is_whole_shape(v) else v for v in value.args]
            for keyword in value.keywords:
                if keyword.arg == "shape" and self._is_whole_shape(keyword.value):
                    keyword.value = self._shape(keyword.value, layer)

    def _given_up(self, node: ast.stmt, by: ast.expr) -> list[ast.stmt]:
        """Leave out a loop or branch over data; one over layers makes another model with other data."""
        inner = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
        if any(self._calls.of_models(call, self._made) for call in inner):
            raise UnknownValueError(*self._lacking(by))
        self._unknown |= changed_by(node)
        return []

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Leave the weights of an architecture out, and open its input's shape where that is the data's."""
        for keyword in node.keywords:
            if keyword.arg == "weights":
                keyword.value = ast.Constant(None)
            elif keyword.arg == "input_shape" and self._is_whole_shape(keyword.value):
                keyword.value = self._shape(keyword.value, _last(node.func))
        return self._size(node) if self._is_size(node) else self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Open a name that only data gives a value, and that the user gives none."""
        if self._is_defined(node):
            return self._defined(node.id)
        return self._size(node) if self._is_unknown(node) else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Open an attribute of such a name."""
        return self._size(node) if self._is_size(node) else self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Open an element of such a name."""
        return self._size(node) if self._is_size(node) else self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Open what is computed of such a name and of numbers as one size."""
        return self._size(node) if self._is_size(node) else self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        """Refuse a choice that data makes."""
        return self._must_not_choose(node, node.test)

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        """Refuse a number of parts that data tells."""
        return self._must_not_choose(node, node.iter, *node.ifs)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        """Refuse a choice that data makes."""
        return self._must_not_choose(node, node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Refuse a choice that data makes."""
        return self._must_not_choose(node, node)

    def _must_not_choose(self, node: ast.AST, *by: ast.expr) -> ast.AST:
        if any(map(self._opens, by)):
            raise UnknownValueError(*self._lacking(*by))
        return self.generic_visit(node)

    def _is_unknown(self, node: ast.Name) -> bool:
        if not isinstance(node.ctx, ast.Load) or node.id in self._kept or self._is_defined(node):
            return False
        module = self._module
        return node.id in self._unknown or not (
            node.id in module.bindings
            or node.id in self._calls.local
            or node.id in module.imports
            or node.id in _BUILT_IN
            or module.stars
        )

    def _is_size(self, node: ast.expr) -> bool:
        """Whether an expression is of data alone: a name of it, its attributes, items, lengths, and arithmetic."""
        match node:
            case ast.Name():
                return self._is_unknown(node)
            case ast.Attribute(value=base) | ast.Subscript(value=base, slice=ast.Constant() | ast.UnaryOp()):
                return self._is_size(base)
            case ast.Call(func=ast.Name(id=name), args=[argument]) if name in _SIZES:
                return self._is_size(argument)
            case ast.Call(func=ast.Name(id=name), args=[], keywords=[]):
                return bool(self._data_of(name))
            case ast.BinOp(left=left, right=right):
                sides = [left, right]
                return any(map(self._is_size, sides)) and all(
                    isinstance(side, ast.Constant) or self._is_size(side) for side in sides
                )
        return False

    def _data_of(self, function: str) -> set[str]:
        """Names at the top level of the module that a function of it reads, and that only data gives a value."""
        found: set[str] = set()
        for statement in self._module.bindings.get(function, []):
            if isinstance(statement.node, ast.FunctionDef):
                for name in sorted(statement.needs):
                    kept, _ = needed(top_level(self._module), {name})
                    alone = Opened(self._module, self._evaluator, None)
                    alone.statements(kept)
                    found |= {name} & alone._unknown
        return found

    def _size(self, node: ast.expr) -> ast.Name:
        names = names_read(node)
        self.read |= names.union(*map(self._data_of, names))
        name = re.sub(r"\W+", "_", ast.unparse(node).replace("[-1]", "_last")).strip("_")
        if name not in self.names:
            self.names.append(name)
        return ast.Name(name, ast.Load())

    def _is_whole_shape(self, node: ast.expr) -> bool:
        """Whether an expression is the shape of data, or the rest of it: ``x.shape[1:]``."""
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            return self._opens(node.value)
        return isinstance(node, ast.Attribute) and node.attr == "shape" and self._opens(node)

    def _shape(self, node: ast.expr, layer: str) -> ast.expr:
        """A shape with as many axes as the layer's inputs have beside the batch, and an open size as the last one."""
        shape = open_shape(layer)
        whole = node.value if isinstance(node, ast.Subscript) else node
        last = ast.Subscript(whole, ast.UnaryOp(ast.USub(), ast.Constant(1)), ast.Load())
        first = 1 if whole is not node else 0  # ``x.shape[1:]`` is that of one of them
        axes = [ast.Subscript(whole, ast.Constant(at + first), ast.Load()) for at in range(len(shape))]
        parts: list[ast.expr] = [
            self._size(last)
            if size is not None
            else self._size(axis)
            if self._lengths
            else ast.Constant(None)
            for size, axis in zip(shape, axes, strict=True)
        ]
        return ast.Tuple(parts, ast.Load()) if shape else node

    def _opens(self, node: ast.AST) -> bool:
        return bool(self._unknown_in(node))

    def _unknown_in(self, *nodes: ast.AST) -> list[str]:
        """Names in expressions that only data gives a value."""
        inner = (part for node in nodes for part in ast.walk(node))
        return sorted({n.id for n in inner if isinstance(n, ast.Name) and self._is_unknown(n)})

    def _lacking(self, *nodes: ast.expr) -> list[str]:
        """The variables that a user would have to give values; none where one is read by attribute (``args.deep``)."""
        inner = (part for node in nodes for part in ast.walk(node))
        read = {root for part in inner if isinstance(part, ast.Attribute) for root in roots(part)}
        names = self._unknown_in(*nodes)
        return [] if read & {*names} else names

    def _is_defined(self, node: ast.Name) -> bool:
        return (
            isinstance(node.ctx, ast.Load)
            and node.id in self._evaluator.defined
            and node.id not in self._kept
        )

    def _defined(self, name: str) -> ast.expr:
        """The value that the user gives a name, as source."""
        return ast.parse(repr(self._evaluator.defined[name]), mode="eval").body

    def _told(self, node: ast.expr, line: int) -> ast.expr | None:
        """The value of an expression as source; None where only a run would tell it."""
        function = self._function
        if function is not None and not function.lineno <= line <= (function.end_lineno or line):
            function = None  # a statement of the module, which the function reads
        try:
            value = self._evaluator.value(node, Scope(self._module, line, function))
        except (UnknownValueError, RecursionError):
            return None
        text = repr(value)
        if isinstance(value, Settings) or len(text) > _MAX_VALUE:
            return None
        return ast.parse(text, mode="eval").body


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
