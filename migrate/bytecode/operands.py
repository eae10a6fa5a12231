"""What each opcode means: the operations of the small set that stand for one instruction.

The operations, with their arguments:

- ``const`` value, ``fast``/``store``/``delete`` name, ``deref``/``store_deref``/``closure`` name, ``global`` name,
  ``attr`` name, ``import`` name, ``import_from`` name, ``null``, ``clear`` name
- ``binary`` symbol, ``inplace`` symbol, ``unary`` symbol, ``compare`` symbol, ``to_bool``, ``subscript``,
  ``store_subscript``, ``slice`` count, ``build`` (kind, count), ``const_keys`` count, ``append`` depth,
  ``extend`` depth, ``set_item`` depth, ``update`` depth, ``list_to_tuple``, ``store_map``, ``slice_of`` which
- ``call`` (positional, keywords, null), ``call_names`` (count, null), ``call_pairs`` (positional, pairs),
  ``call_ex`` (keywords, null), ``function`` (flags, qualified), ``old_function`` (defaults, pairs, closure,
  qualified), ``set_function`` flag, ``unpack`` count
- ``keywords`` names, ``yield``
- ``jump``, ``jump_if`` (wanted, keep), ``jump_if_none`` wanted, ``for``, ``iter``, ``setup_loop``, ``pop_block``,
  ``break``, ``continue``, ``return``, ``pop``, ``dup`` count, ``rot`` count, ``copy``, ``swap``
- ``unsupported``: refused when it is reached
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migrate.bytecode.errors import Refused
from migrate.bytecode.marshal import Code

Operation = tuple[str, Any]
Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Jump:
    """Where a jump goes, before it is resolved: a byte offset, and operations to skip there.

    Attributes:
        value: what else the operation needs.
    """

    offset: int
    value: Any = None
    skip: int = 0


SYMBOLS: Mapping[str, str] = {
    "POWER": "**",
    "MULTIPLY": "*",
    "MATRIX_MULTIPLY": "@",
    "MODULO": "%",
    "ADD": "+",
    "SUBTRACT": "-",
    "FLOOR_DIVIDE": "//",
    "TRUE_DIVIDE": "/",
    "DIVIDE": "/27",
    "LSHIFT": "<<",
    "RSHIFT": ">>",
    "AND": "&",
    "XOR": "^",
    "OR": "|",
}
_BINARY_OPS = ("+", "&", "//", "<<", "@", "*", "%", "|", "**", ">>", "-", "/", "^")
"""Argument of ``BINARY_OP`` (3.11 on); 13 more for the forms in place."""
COMPARISONS = ("<", "<=", "==", "!=", ">", ">=", "in", "not in", "is", "is not")
_UNARY = {"NEGATIVE": "-", "POSITIVE": "+", "NOT": "not", "INVERT": "~"}
_STACK: Mapping[str, Operation] = {
    "POP_TOP": ("pop", None),
    "END_FOR": ("pop", None),
    "ROT_TWO": ("rot", 2),
    "ROT_THREE": ("rot", 3),
    "ROT_FOUR": ("rot", 4),
    "DUP_TOP": ("dup", 1),
    "DUP_TOP_TWO": ("dup", 2),
    "PUSH_NULL": ("null", None),
    "RETURN_VALUE": ("return", None),
    "GET_ITER": ("iter", None),
    "TO_BOOL": ("to_bool", None),
    "BINARY_SUBSCR": ("subscript", None),
    "BINARY_SLICE": ("slice_of", 3),
    "STORE_SUBSCR": ("store_subscript", None),
    "STORE_MAP": ("store_map", None),
    "LIST_TO_TUPLE": ("list_to_tuple", None),
    "POP_BLOCK": ("pop_block", None),
    "BREAK_LOOP": ("break", None),
    "YIELD_VALUE": ("yield", None),
    "RETURN_GENERATOR": ("const", None),
    "SLICE+0": ("slice_of", 0),
    "SLICE+1": ("slice_of", 1),
    "SLICE+2": ("slice_of", 2),
    "SLICE+3": ("slice_of", 3),
}
_COUNTED: Mapping[str, str] = {
    "BUILD_SLICE": "slice",
    "BUILD_CONST_KEY_MAP": "const_keys",
    "LIST_APPEND": "append",
    "LIST_EXTEND": "extend",
    "MAP_ADD": "set_item",
    "DICT_UPDATE": "update",
    "DICT_MERGE": "update",
    "UNPACK_SEQUENCE": "unpack",
    "COPY": "copy",
    "SWAP": "swap",
    "ROT_N": "rot",
    "DUP_TOPX": "dup",
    "SET_FUNCTION_ATTRIBUTE": "set_function",
}
_NOTHING = frozenset({"NOP", "RESUME", "PRECALL", "COPY_FREE_VARS", "MAKE_CELL", "CACHE", "GEN_START"})
_FAST: Mapping[str, str] = {
    "LOAD_FAST": "fast",
    "LOAD_FAST_CHECK": "fast",
    "STORE_FAST": "store",
    "DELETE_FAST": "delete",
    "LOAD_FAST_AND_CLEAR": "clear",
}
_CELLS: Mapping[str, str] = {"LOAD_DEREF": "deref", "STORE_DEREF": "store_deref", "LOAD_CLOSURE": "closure"}
_NAMED: Mapping[str, str] = {"IMPORT_NAME": "import", "IMPORT_FROM": "import_from", "LOAD_NAME": "global"}
_PAIRS: Mapping[str, tuple[str, str]] = {
    "LOAD_FAST_LOAD_FAST": ("fast", "fast"),
    "STORE_FAST_LOAD_FAST": ("store", "fast"),
    "STORE_FAST_STORE_FAST": ("store", "store"),
}


def operations(code: Code, name: str, arg: int, after: int, version: Version) -> list[Operation]:
    """The operations of one instruction.

    Args:
        code: holds the constants and names.
        name: of the opcode.
        arg: with what extended arguments add.
        after: offset of the next instruction.
        version: as whose bytecode it is read.

    Raises:
        Refused: an index is out of range.
    """
    if name in _STACK:
        return [_STACK[name]]
    if name in _NOTHING:
        return []
    if name in _COUNTED:
        return [(_COUNTED[name], arg)]
    if name in _FAST:
        return [(_FAST[name], _local(code, arg, version))]
    if name in _PAIRS:
        first, second = _PAIRS[name]
        return [(first, _local(code, arg >> 4, version)), (second, _local(code, arg & 15, version))]
    if name in _CELLS:
        return [(_CELLS[name], _cell(code, arg, version))]
    if name in _NAMED:
        return [(_NAMED[name], _pick(code.names, arg))]
    if name in _JUMPS or name == "FOR_ITER":
        return [_jump(name, arg, after, version)]
    kind, _, rest = name.partition("_")
    if kind in ("BINARY", "INPLACE") and rest in SYMBOLS:
        return [("binary" if kind == "BINARY" else "inplace", SYMBOLS[rest])]
    if kind == "UNARY" and rest in _UNARY:
        return [("unary", _UNARY[rest])]
    if kind == "BUILD" and rest in ("TUPLE", "LIST", "MAP"):
        size = 0 if rest == "MAP" and version < (3, 5) else arg
        return [("build", (rest.lower(), size))]
    return _others(code, name, arg, version)


def _others(code: Code, name: str, arg: int, version: Version) -> list[Operation]:
    null: list[Operation] = [("null", None)]
    match name:
        case "LOAD_CONST":
            return [("const", _pick(code.consts, arg))]
        case "RETURN_CONST":
            return [("const", _pick(code.consts, arg)), ("return", None)]
        case "LOAD_GLOBAL":
            flagged = version >= (3, 11)
            load: list[Operation] = [("global", _pick(code.names, arg >> 1 if flagged else arg))]
            if not flagged or not arg & 1:
                return load
            return load + null if version >= (3, 13) else null + load
        case "LOAD_ATTR":
            if version >= (3, 12):
                return [("attr", _pick(code.names, arg >> 1)), *(null if arg & 1 else [])]
            return [("attr", _pick(code.names, arg))]
        case "LOAD_METHOD":
            return [("attr", _pick(code.names, arg)), *null]
        case "BINARY_OP":
            symbol = _pick(_BINARY_OPS, arg % len(_BINARY_OPS)) if arg < 2 * len(_BINARY_OPS) else ""
            if not symbol:
                raise Refused(f"BINARY_OP {arg} is not an operator")
            return [("binary" if arg < len(_BINARY_OPS) else "inplace", symbol)]
        case "COMPARE_OP":
            index = arg >> (5 if version >= (3, 13) else 4) if version >= (3, 12) else arg
            if version < (3, 9) and index == len(COMPARISONS):
                return [("unsupported", None)]  # the match of an exception
            made: list[Operation] = [("compare", _pick(COMPARISONS, index))]
            return [*made, ("to_bool", None)] if version >= (3, 13) and arg & 16 else made
        case "IS_OP":
            return [("compare", "is not" if arg else "is")]
        case "CONTAINS_OP":
            return [("compare", "not in" if arg else "in")]
        case "CALL_INTRINSIC_1":
            intrinsics: Mapping[int, Operation] = {5: ("unary", "+"), 6: ("list_to_tuple", None)}
            return [intrinsics.get(arg, ("unsupported", None))]
        case "KW_NAMES":
            return [("keywords", _pick(code.consts, arg))]
        case "CALL_FUNCTION":
            if version >= (3, 6):
                return [("call", (arg, False))]
            return [("call_pairs", (arg & 0xFF, arg >> 8))]
        case "CALL_METHOD" | "CALL":
            return [("call", (arg, True))]
        case "CALL_FUNCTION_KW" if version >= (3, 6):
            return [("call_names", (arg, False))]
        case "CALL_KW":
            return [("call_names", (arg, True))]
        case "CALL_FUNCTION_EX":
            return [("call_ex", (bool(arg & 1), version >= (3, 11)))]
        case "MAKE_FUNCTION" if version >= (3, 13):
            return [("function", (0, False))]
        case "MAKE_FUNCTION" if version >= (3, 6):
            return [("function", (arg, version < (3, 11)))]
        case "MAKE_FUNCTION" | "MAKE_CLOSURE":
            return [
                ("old_function", (arg & 0xFF, (arg >> 8) & 0xFF, name == "MAKE_CLOSURE", version > (3, 0)))
            ]
    return [("unsupported", None)]


_JUMPS: Mapping[str, tuple[str, Any, bool]] = {
    "JUMP_FORWARD": ("jump", None, True),
    "JUMP_ABSOLUTE": ("jump", None, False),
    "JUMP_BACKWARD": ("jump", None, True),
    "JUMP_BACKWARD_NO_INTERRUPT": ("jump", None, True),
    "JUMP_IF_FALSE_OR_POP": ("jump_if", (False, True), False),
    "JUMP_IF_TRUE_OR_POP": ("jump_if", (True, True), False),
    "POP_JUMP_IF_FALSE": ("jump_if", (False, False), False),
    "POP_JUMP_IF_TRUE": ("jump_if", (True, False), False),
    "POP_JUMP_FORWARD_IF_FALSE": ("jump_if", (False, False), True),
    "POP_JUMP_FORWARD_IF_TRUE": ("jump_if", (True, False), True),
    "POP_JUMP_BACKWARD_IF_FALSE": ("jump_if", (False, False), True),
    "POP_JUMP_BACKWARD_IF_TRUE": ("jump_if", (True, False), True),
    "POP_JUMP_IF_NONE": ("jump_if_none", True, True),
    "POP_JUMP_IF_NOT_NONE": ("jump_if_none", False, True),
    "POP_JUMP_FORWARD_IF_NONE": ("jump_if_none", True, True),
    "POP_JUMP_FORWARD_IF_NOT_NONE": ("jump_if_none", False, True),
    "POP_JUMP_BACKWARD_IF_NONE": ("jump_if_none", True, True),
    "POP_JUMP_BACKWARD_IF_NOT_NONE": ("jump_if_none", False, True),
    "SETUP_LOOP": ("setup_loop", None, True),
    "CONTINUE_LOOP": ("continue", None, False),
}
"""Opcode to operation, what it needs, and whether the target is relative in versions before 3.11 (all are since)."""


def _jump(name: str, arg: int, after: int, version: Version) -> Operation:
    op, value, relative = ("for", None, True) if name == "FOR_ITER" else _JUMPS[name]
    distance = arg * 2 if version >= (3, 10) else arg
    if relative or version >= (3, 11):
        distance = after - distance if "BACKWARD" in name else after + distance
    # From 3.12 on, what ends a loop (END_FOR, with a POP_TOP from 3.13 on) is skipped with its iterator gone.
    skip = (2 if version >= (3, 13) else 1 if version >= (3, 12) else 0) if op == "for" else 0
    return op, Jump(distance, value, skip)


def _local(code: Code, index: int, version: Version) -> str:
    return str(_pick(code.localsplus if version >= (3, 11) else code.varnames, index))


def _cell(code: Code, index: int, version: Version) -> str:
    return str(_pick(code.localsplus if version >= (3, 11) else code.cellvars + code.freevars, index))


def _pick(values: tuple[Any, ...], index: int) -> Any:
    if index >= len(values):
        raise Refused(f"index {index} is out of range")
    return values[index]


def operand_text(code: Code, name: str, arg: int, version: Version) -> str:
    """The operand of an instruction as ``dis`` shows it, shortened; empty where its number says it all."""
    pieces = operations(code, name, arg, 0, version)
    for op, value in pieces:
        if op in (
            "global",
            "attr",
            "fast",
            "store",
            "deref",
            "store_deref",
            "import",
            "import_from",
            "const",
        ):
            text = f"<code {value.name}>" if isinstance(value, Code) else repr(value)
            return text if len(text) <= 60 else f"{text[:57]}…"
        if op in ("binary", "inplace", "compare"):
            return str(value).replace("/27", "/")
    return ""
