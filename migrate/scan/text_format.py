"""Protobuf's text and JSON forms of graphs, converted to the bytes of the same messages, so one scan reads all three.

Only fields that the scan reads are kept. Sources: https://protobuf.dev/reference/protobuf/textformat-spec/, and for
names and numbers ``saved_model.proto``, ``meta_graph.proto``, ``graph.proto``, ``function.proto``, ``op_def.proto``,
``node_def.proto``, ``attr_value.proto``, ``tensor.proto``, ``saver.proto`` and ``saved_object_graph.proto``.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from migrate.formats.limits import MAX_DEPTH
from migrate.formats.wire import WireError, written_field, written_varint

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT, NUMBER = "text", "number"
_MAP = "map "
_SCHEMA: dict[str, dict[str, tuple[int, str]]] = {
    "SavedModel": {"meta_graphs": (2, "MetaGraphDef")},
    "MetaGraphDef": {
        "graph_def": (2, "GraphDef"), "collection_def": (4, "map CollectionDef"), "asset_file_def": (6, "AssetFileDef"),
        "object_graph_def": (7, "SavedObjectGraph"),
    },
    "CollectionDef": {"any_list": (5, "AnyList")},
    "AnyList": {"value": (1, "Any")},
    "Any": {"type_url": (1, TEXT), "value": (2, TEXT)},
    "AssetFileDef": {"tensor_info": (1, "TensorInfo"), "filename": (2, TEXT)},
    "TensorInfo": {"name": (1, TEXT)},
    "GraphDef": {"node": (1, "NodeDef"), "library": (2, "FunctionDefLibrary")},
    "FunctionDefLibrary": {"function": (1, "FunctionDef")},
    "FunctionDef": {"signature": (1, "OpDef"), "node_def": (3, "NodeDef")},
    "OpDef": {"name": (1, TEXT), "input_arg": (2, "ArgDef")},
    "ArgDef": {"name": (1, TEXT)},
    "NodeDef": {"name": (1, TEXT), "op": (2, TEXT), "input": (3, TEXT), "attr": (5, "map AttrValue")},
    "AttrValue": {
        "list": (1, "ListValue"), "s": (2, TEXT), "tensor": (8, "TensorProto"), "func": (10, "NameAttrList"),
    },
    "ListValue": {"s": (2, TEXT), "tensor": (8, "TensorProto"), "func": (9, "NameAttrList")},
    "NameAttrList": {"name": (1, TEXT)},
    "TensorProto": {"string_val": (8, TEXT)},
    "SavedObjectGraph": {"nodes": (1, "SavedObject"), "concrete_functions": (2, "map SavedConcreteFunction")},
    "SavedObject": {
        "user_object": (4, "SavedUserObject"), "asset": (5, "SavedAsset"), "constant": (9, "SavedConstant"),
        "captured_tensor": (12, "CapturedTensor"),
    },
    "SavedUserObject": {"identifier": (1, TEXT), "metadata": (3, TEXT)},
    "SavedAsset": {"asset_file_def_index": (1, NUMBER)},
    "SavedConstant": {"operation": (1, TEXT)},
    "CapturedTensor": {"name": (1, TEXT), "concrete_function": (2, TEXT)},
    "SavedConcreteFunction": {"bound_inputs": (2, NUMBER)},
}  # fmt: skip
_BYTES = {("AttrValue", "s"), ("ListValue", "s"), ("TensorProto", "string_val"), ("Any", "value")}
"""Fields of type ``bytes``, which JSON holds in base64."""

_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?P<sign>[{}<>\[\]:;,])|(?P<word>[^\s{}<>\[\]:;,"'#]+)""",
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\(x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
_Fields = list[tuple[str, "bytes | str | _Fields"]]


def encode_text(text: str, kind: str) -> bytes:
    """A message in text form as bytes.

    Args:
        text: the whole message.
        kind: ``SavedModel`` or ``GraphDef``.

    Raises:
        WireError: FMT015 if the text is not such a message.
    """
    parser = _Parser(text)
    fields = parser.message(end=None, depth=0)
    return _encode(fields, kind)


def encode_json(value: dict[str, Any], kind: str) -> bytes:
    """A message as protobuf's JSON as bytes; fields are spelt ``string_val`` or ``stringVal``."""
    return _encode(list(_json_fields(value, kind)), kind)


def _json_fields(value: dict[str, Any], kind: str) -> Iterator[tuple[str, Any]]:
    schema = _SCHEMA[kind]
    for key, one in value.items():
        name = re.sub("[A-Z]", lambda match: "_" + match.group().lower(), key)
        field = name if name in schema else key
        if field not in schema:
            continue
        inner = schema[field][1]
        if inner.startswith(_MAP) and isinstance(one, dict):
            for entry, child in one.items():
                children = list(_json_fields(child, inner[4:])) if isinstance(child, dict) else []
                yield field, [("key", entry.encode("utf-8", "replace")), ("value", children)]
            continue
        for item in one if isinstance(one, list) else [one]:
            if isinstance(item, dict) and inner in _SCHEMA:
                yield field, list(_json_fields(item, inner))
            elif isinstance(item, str) and inner == TEXT:
                yield (
                    field,
                    _from_base64(item) if (kind, field) in _BYTES else item.encode("utf-8", "replace"),
                )


def _from_base64(text: str) -> bytes:
    plain = text.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return text.encode("utf-8", "replace")


class _Parser:
    """Reads fields and values; names are not looked up, so that unknown ones cost nothing."""

    def __init__(self, text: str) -> None:
        self._tokens = self._split(text)
        self._next = next(self._tokens, None)

    @staticmethod
    def _split(text: str) -> Iterator[tuple[str, str]]:
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None or match.end() == at:
                raise WireError(f"not protobuf text: cannot continue at character {at:,}")
            at = match.end()
            if match.lastgroup is not None:
                yield match.lastgroup, match.group()

    def _take(self) -> tuple[str, str]:
        token = self._next
        if token is None:
            raise WireError("not protobuf text: it ends within a message")
        self._next = next(self._tokens, None)
        return token

    def message(self, end: str | None, depth: int) -> _Fields:
        """Fields up to the closing character, or to the end of the text."""
        if depth > MAX_DEPTH:
            raise WireError("not protobuf text: nested without limit")
        fields: _Fields = []
        while self._next is not None:
            kind, token = self._take()
            if token == end and kind == "sign":
                return fields
            if kind == "sign" and token in ";,":
                continue
            if token == "[" and kind == "sign":  # an expanded Any, or an extension
                name = "[" + self._until("]")
            elif kind == "word":
                name = token
            else:
                raise WireError(f"not protobuf text: {token[:20]!r} where a field is expected")
            fields += self._values(name, depth)
        if end is not None:
            raise WireError("not protobuf text: it ends within a message")
        return fields

    def _until(self, end: str) -> str:
        words = ""
        while (token := self._take()[1]) != end:
            words += token
        return words

    def _values(self, name: str, depth: int) -> _Fields:
        if self._next == ("sign", ":"):
            self._take()
        if self._next == ("sign", "["):
            self._take()
            found: _Fields = []
            while self._next != ("sign", "]"):
                found.append((name, self._value(depth)))
                if self._next == ("sign", ","):
                    self._take()
            self._take()
            return found
        return [(name, self._value(depth))]

    def _value(self, depth: int) -> bytes | str | _Fields:
        kind, token = self._take()
        if kind == "sign" and token in "{<":
            return self.message("}" if token == "{" else ">", depth + 1)
        if kind == "text":
            value = _unescaped(token)
            while self._next is not None and self._next[0] == "text":  # adjacent literals form one text
                value += _unescaped(self._take()[1])
            return value
        if kind == "word":
            return token
        raise WireError(f"not protobuf text: {token[:20]!r} where a value is expected")


def _unescaped(token: str) -> bytes:
    def one(match: re.Match[bytes]) -> bytes:
        code = match.group(1)
        if code[:1] in b"uU" and len(code) > 1:
            number = int(code[1:], 16)
            return chr(number).encode("utf-8", "replace") if number < 0x110000 else b"?"
        if code[:1] in b"xX" and len(code) > 1:
            return bytes([int(code[1:], 16)])
        if code[:1].isdigit():
            return bytes([int(code, 8) & 0xFF])
        return _LETTERS.get(code, code)

    return _ESCAPE.sub(one, token[1:-1].encode("utf-8", "replace"))


def _encode(fields: _Fields, kind: str) -> bytes:
    out = bytearray()
    for name, value in fields:
        if kind == "Any" and name.startswith("[") and isinstance(value, list):
            wrapped = name.rpartition(".")[2]
            if wrapped in _SCHEMA:
                out += written_field(2, _encode(value, wrapped))
            continue
        number, inner = _SCHEMA[kind].get(name, (0, ""))
        if number == 0:
            continue
        if inner == TEXT and isinstance(value, bytes):
            out += written_field(number, value)
        elif inner == NUMBER and isinstance(value, str):
            if not value.isdigit():
                raise WireError(f"not protobuf text: {value[:20]!r} is not a number")
            out += written_varint(number << 3) + written_varint(int(value) & (1 << 63) - 1)
        elif inner.startswith(_MAP) and isinstance(value, list):
            entry = b""
            for part, content in value:
                if part == "key" and isinstance(content, bytes):
                    entry += written_field(1, content)
                elif part == "value" and isinstance(content, list):
                    entry += written_field(2, _encode(content, inner[4:]))
            out += written_field(number, entry)
        elif inner in _SCHEMA and isinstance(value, list):
            out += written_field(number, _encode(value, inner))
        else:
            raise WireError(f"not protobuf text: {name} has a value of another type")
    return bytes(out)
