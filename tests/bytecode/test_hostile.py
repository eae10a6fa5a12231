"""Nothing that bytecode says is done: what is not on the allow-list is refused, at little cost."""

from __future__ import annotations

import builtins
import marshal
import os
import struct
import time
from pathlib import Path

import pytest

from migrate.bytecode.errors import Refused
from migrate.bytecode.judge import judge
from migrate.bytecode.marshal import MAX_BYTES, read_code
from tests.bytecode.functions import of_bytes, of_source
from tests.bytecode.support import recovered

REFUSED = {
    "attribute walk": ("def f(x): return ().__class__.__bases__[0].__subclasses__()", "__class__"),
    "import": ("def f(x):\n import os\n return os.system('id')", "os"),
    "import of a submodule": (
        "def f(x):\n import tensorflow.python.ops.script_ops as s\n return s",
        "script_ops",
    ),
    "builtin import": ("def f(x): return __import__('os')", "__import__"),
    "open": ("def f(x): return open('/etc/passwd').read()", "open"),
    "eval": ("def f(x): return eval('1')", "eval"),
    "exec": ("def f(x): return exec('1')", "exec"),
    "getattr": ("def f(x): return getattr(x, 'op')", "getattr"),
    "globals": ("def f(x): return f.__globals__", "f"),
    "code of a function": ("def f(x): return (lambda y: y).__code__", "__code__"),
    "graph of a tensor": ("def f(x): return x.graph", "graph"),
    "module's own loader": ("def f(x): return tf.__loader__", "__loader__"),
    "module below": ("def f(x): return tf.io.read_file('/etc/passwd')", "io"),
    "numpy file": ("def f(x): return np.load('/etc/passwd', allow_pickle=True)", "load"),
    "python function": ("def f(x): return tf.py_function(lambda: 1, [], tf.int32)", "py_function"),
    "format of a string": ("def f(x): return '{0.__class__}'.format(x)", "format"),
    "class": ("def f(x):\n class C: pass\n return C", "LOAD_BUILD_CLASS"),
    "global assignment": ("def f(x):\n global K\n K = x\n return x", "STORE_GLOBAL"),
    "attribute assignment": ("def f(x):\n x.y = 1\n return x", "STORE_ATTR"),
    "raise": ("def f(x): raise ValueError", "ValueError"),
    "deleted subscript": ("def f(x):\n l = [1]\n del l[0]\n return x", "DELETE_SUBSCR"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_listed_is_refused(name: str) -> None:
    source, word = REFUSED[name]
    with pytest.raises(Refused) as refusal:
        recovered(of_source(source))
    assert word in str(refusal.value)


@pytest.mark.parametrize("name", sorted(REFUSED.keys() - {"python function", "format of a string"}))
def test_the_look_alone_finds_it_too(name: str) -> None:
    source, _ = REFUSED[name]
    with pytest.raises(Refused):
        judge(of_source(source))


ENDLESS = {
    "loop": "def f(x):\n while True: pass",
    "range": "def f(x):\n for i in range(10**12): x = x + 1\n return x",
    "power": "def f(x): return x * (9**9**9 if False else 9)**(10**9)",
    "shift": "def f(x):\n n = 40\n return x * (1 << (1 << n))",
    "text": "def f(x):\n s = 'a'\n for i in range(100): s = s + s\n return x",
    "list": "def f(x):\n l = [0]\n for i in range(100): l = l + l\n return x",
    "repeated list": "def f(x):\n n = 10**9\n return K.stack([x] * n)",
    "array": "def f(x):\n n = 10**5\n return x + np.zeros((n, n))",
    "outer product": "def f(x):\n a = np.ones((9999, 1))\n return x + a * np.ones((1, 9999))",
    "graph": "def f(x):\n for i in range(10**4): x = x * (i + 2)\n return x",
    "recursion": "def f(x):\n g = lambda h: h(h)\n return g(g)",
    "list of constants": "def f(x):\n l = list(range(9000))\n return K.concatenate([x, [l] * 9000])",
    "steps": "def f(x):\n for i in range(9000):\n  for j in range(9000): pass\n return x",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_work_is_bounded(name: str) -> None:
    begin = time.monotonic()
    with pytest.raises(Refused):
        recovered(of_source(ENDLESS[name]))
    assert time.monotonic() - begin < 5.0


def test_nothing_is_executed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The function would write a file, were it called; no code object is made of it either."""
    target = tmp_path / "written"
    function = of_source(f"def f(x):\n import os\n os.mkdir({str(target)!r})\n return x")

    def fail(*args: object, **kwargs: object) -> None:
        raise AssertionError("executed")

    for module, name in ((marshal, "loads"), (os, "mkdir"), (builtins, "exec"), (builtins, "eval")):
        monkeypatch.setattr(module, name, fail)
    with pytest.raises(Refused):
        recovered(function)
    with pytest.raises(Refused):
        judge(function)
    assert not target.exists()


def _nested(depth: int) -> bytes:
    return b"\xa9\x01" * depth + b"N"


MALFORMED = {
    "empty": b"",
    "text": b"no code at all",
    "integer": b"i\1\0\0\0",
    "cut": b"\xe3\1\0\0\0",
    "deep": _nested(100_000),
    "huge tuple": b"(" + struct.pack("<i", 2**31 - 1),
    "huge string": b"s" + struct.pack("<i", 2**31 - 1),
    "negative size": b"(" + struct.pack("<i", -5),
    "huge integer": b"l" + struct.pack("<i", 2**30),
    "reference to nothing": b"r\5\0\0\0",
    "reference to itself": b"\xa9\1r\0\0\0\0",
    "list": b"[\0\0\0\0",
    "too long": b"\xe3" * (MAX_BYTES + 1),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_data_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        read_code(MALFORMED[name])
    with pytest.raises(Refused):
        judge(of_bytes(MALFORMED[name]))


def test_references_cannot_expand_without_bound() -> None:
    """Tuples of two references to the tuple before: each level doubles what is referred to."""
    source = "def f(x): return x"
    (code,) = (c for c in compile(source, "h", "exec").co_consts if hasattr(c, "co_code"))
    value: tuple[object, ...] = (1, 2)
    for _ in range(17):
        value = (value, value)
    with pytest.raises(Refused):
        read_code(marshal.dumps(code.replace(co_consts=(value,))))


def test_every_prefix_and_changed_byte_is_refused_or_read() -> None:
    """No input ends in another exception than a refusal."""
    data = marshal.dumps(compile("lambda x: K.mean(x, axis=1) * 2", "h", "eval").co_consts[0])
    for size in range(len(data)):
        with pytest.raises(Refused):
            read_code(data[:size])
    for at in range(len(data)):
        for bit in range(8):
            changed = bytes([*data[:at], data[at] ^ 1 << bit, *data[at + 1 :]])
            try:
                recovered(of_bytes(changed))
            except Refused:
                continue
