"""LIB: reading, resizing and saving pictures with ``scipy.misc``, written out with Pillow."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, InsertStatement, ReplaceExpression, ReplaceStatement
from codemods.libraries import PICTURES
from codemods.rules._evidence import top_statement
from codemods.rules.api import EVERYWHERE, Match, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_FROM_PICTURE = '''\
def _from_picture(picture, flatten=False, mode=None):
    """The array of a picture as scipy.misc.fromimage gave it: colours instead of palettes."""
    if mode is not None:
        picture = picture.convert(mode) if mode != picture.mode else picture
    elif picture.mode == "P":
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    if flatten:
        picture = picture.convert("F")
    elif picture.mode == "1":
        picture = picture.convert("L")
    return numpy.array(picture)
'''
_TO_PICTURE = '''\
def _to_picture(array, mode=None, channels=None):
    """The picture of an array as scipy.misc.toimage made it: what is not of 8 bits is stretched to 0 to 255."""
    from PIL import Image

    data = numpy.asarray(array)
    if mode == "F" and data.ndim == 2:
        return Image.fromarray(data.astype(numpy.float32))
    if data.ndim == 3:
        sizes = [size for size in (3, 4) if size in data.shape]
        axis = data.shape.index(sizes[0]) if channels is None else channels
        data = numpy.moveaxis(data, axis, -1)
    if data.ndim not in (2, 3) or (mode not in (None, "L", "RGB", "RGBA")):
        raise ValueError("only grey and colour pictures are known here")
    if data.dtype != numpy.uint8:
        low, high = data.min(), data.max()
        scaled = (data - low) * (255.0 / ((high - low) or 1))
        data = (scaled.clip(0, 255) + 0.5).astype(numpy.uint8)
    return Image.fromarray(numpy.ascontiguousarray(data))
'''
_READ = '''\
def {name}(name, flatten=False, mode=None):
    """What scipy.misc.imread was, with Pillow."""
    from PIL import Image

    return _from_picture(Image.open(name), flatten, mode)
'''
_RESIZE = '''\
def {name}(arr, size, interp="bilinear", mode=None):
    """What scipy.misc.imresize was, with Pillow: an array that is not of 8 bits is stretched to 0 to 255."""
    picture = _to_picture(arr, mode)
    if isinstance(size, (int, numpy.signedinteger)):
        size = size / 100.0
    if isinstance(size, (float, numpy.floating)):
        size = tuple((numpy.array(picture.size) * size).astype(int))
    else:
        size = (size[1], size[0])
    methods = {{"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "cubic": 3}}
    return _from_picture(picture.resize(size, resample=methods[interp]))
'''
_SAVE = '''\
def {name}(name, arr, format=None):
    """What scipy.misc.imsave was, with Pillow: an array that is not of 8 bits is stretched to 0 to 255."""
    picture = _to_picture(arr, channels=2)
    picture.save(name) if format is None else picture.save(name, format)
'''
_PARTS = {
    "imread": ("from", _READ),
    "imresize": ("from to", _RESIZE),
    "imsave": ("to", _SAVE),
}
_MODULES = frozenset({"scipy.misc", "scipy.misc.pilutil"})
_HELPERS = {"from": ("_from_picture", _FROM_PICTURE), "to": ("_to_picture", _TO_PICTURE)}

OF_SCIPY = SourceRule(
    code="LIB007",
    name="pictures-of-scipy",
    summary="SciPy no longer reads, resizes or saves images.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    targets=EVERYWHERE,
    why="`scipy.misc.imread`, `imresize` and `imsave` were removed in SciPy 1.2 and 1.3, and `from scipy.misc "
    "import imread` stops the program. Other packages resize differently: `imresize` stretched data other than "
    "8-bit to 0 to 255 and used the filters of Pillow. The functions are written out with Pillow, which SciPy "
    "called: the pixels are equal.",
    references=("https://docs.scipy.org/doc/scipy-1.2.1/reference/generated/scipy.misc.imresize.html",),
    manual="write the function with Pillow",
)


@visit(OF_SCIPY, nodes=(ast.ImportFrom,))
def imported(statement: ast.ImportFrom, ctx: Context) -> Iterator[Match]:
    """``from scipy.misc import imread, imresize``."""
    if statement.level or statement.module not in _MODULES:
        return
    going = [alias for alias in statement.names if alias.name in PICTURES]
    if not going:
        return
    staying = [alias for alias in statement.names if alias not in going]
    rest = f"from {statement.module} import {', '.join(map(ast.unparse, staying))}" if staying else ""
    edits = _in_module(statement, going, rest, ctx) or _in_function(statement, going, rest, ctx)
    message = f"SciPy has no {', '.join(alias.name for alias in going)}"
    yield Match(OF_SCIPY, statement, message, edits=edits, symbol=f"scipy.misc.{going[0].name}")


@visit(OF_SCIPY, references=frozenset(f"scipy.misc.{name}" for name in PICTURES))
def reached(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``scipy.misc.imread(path)``, ``misc.imsave(path, x)``: the function is written before its first use."""
    name = ctx.name(node) if isinstance(node, ast.Attribute) else None
    if name is None or not isinstance(node, ast.Attribute) or not ctx.direct(node):
        return
    member = name.rpartition(".")[2]
    own = f"scipy_{member}"
    edits: tuple[InsertStatement | ReplaceExpression, ...] = (ReplaceExpression(node, Code(own)),)
    mentioned = _mentioned(ctx)
    missing = {f"scipy_{m}": m for m in mentioned if f"scipy_{m}" not in ctx.module.index.module.bindings}
    if any(_of_pictures(statement) for statement, _ in ctx.module.index.imports):
        return  # what is imported comes first, with helpers that these functions use in the next pass
    if node is min((n for ns in mentioned.values() for n in ns), key=_place):
        text = _written(missing, ctx)
        edits = (InsertStatement(top_statement(ctx.module.tree, node), Code(text)), *edits)
    yield Match(OF_SCIPY, node, f"SciPy has no {member}", edits=edits, symbol=name)


def _in_module(
    statement: ast.ImportFrom, going: list[ast.alias], rest: str, ctx: Context
) -> tuple[InsertStatement | ReplaceStatement, ...]:
    """The functions behind the imports that a statement of the module is among; empty for one of a block."""
    body = ctx.module.tree.body
    if statement not in body:
        return ()
    text = _written({alias.asname or alias.name: alias.name for alias in going}, ctx)
    after = body[body.index(statement) + 1 :]
    following = next((found for found in after if not isinstance(found, (ast.Import, ast.ImportFrom))), None)
    if following is None:
        return (ReplaceStatement(statement, Code(f"{rest}\n\n\n{text}" if rest else text)),)
    return ReplaceStatement(statement, Code(rest)), InsertStatement(following, Code(text))


def _in_function(
    statement: ast.ImportFrom, going: list[ast.alias], rest: str, ctx: Context
) -> tuple[InsertStatement | ReplaceStatement, ...]:
    """The functions before the first function or block that imports such, each of which gives them its own names."""
    given = [f"{alias.asname or alias.name} = scipy_{alias.name}" for alias in going]
    lines = "\n".join([*([rest] if rest else []), *given])
    module = ctx.module.index.module
    inner = [s for s, _ in ctx.module.index.imports if _of_pictures(s) and s not in ctx.module.tree.body]
    names = {alias.name for found in inner for alias in found.names if alias.name in PICTURES}
    missing = {f"scipy_{name}": name for name in sorted(names) if f"scipy_{name}" not in module.bindings}
    edits: list[InsertStatement | ReplaceStatement] = [ReplaceStatement(statement, Code(lines))]
    if statement is min(inner, key=lambda found: found.lineno):
        anchor = top_statement(ctx.module.tree, statement)
        edits.insert(0, InsertStatement(anchor, Code(_written(missing, ctx))))
    return tuple(edits)


def _of_pictures(statement: ast.Import | ast.ImportFrom) -> bool:
    return (
        isinstance(statement, ast.ImportFrom)
        and statement.module in _MODULES
        and any(alias.name in PICTURES for alias in statement.names)
    )


def _mentioned(ctx: Context) -> dict[str, list[ast.Attribute]]:
    """By function: where the file reaches it through its module."""
    found = {
        member: [
            n for n, _ in ctx.module.index.attributes.get(member, ()) if ctx.name(n) == f"scipy.misc.{member}"
        ]
        for member in sorted(PICTURES)
    }
    return {member: nodes for member, nodes in found.items() if nodes}


def _place(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _written(functions: dict[str, str], ctx: Context) -> str:
    """The functions by the names that they get, with the helpers that the module does not have yet."""
    there = ctx.module.index.module.bindings
    wanted = {part for member in functions.values() for part in _PARTS[member][0].split()}
    helpers = [text for part, (name, text) in _HELPERS.items() if part in wanted and name not in there]
    return "\n\n".join([*helpers, *(_PARTS[member][1].format(name=own) for own, member in functions.items())])
