"""The guard against bytecode, by itself: in a process of its own, because an audit hook stays for good."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from migrate.worlds.guest import bytecode_guard

PROGRAM = """
import importlib, io, marshal, pickle, sys
sys.path[:0] = sys.argv[1:]
from bytecode_guard import BytecodeGuard, BytecodeRefusedError

guard = BytecodeGuard()
guard.install()
code = marshal.dumps(compile("1 + 1", "f", "eval"))

class ByPickle:
    def __reduce__(self):
        return marshal.loads, (code,)

pickled = pickle.dumps(ByPickle())
for decode in (lambda: marshal.loads(code), lambda: marshal.load(io.BytesIO(code)), lambda: pickle.loads(pickled)):
    try:
        decode()
    except BytecodeRefusedError as error:
        assert "SEC001" in str(error)
    else:
        raise AssertionError("decoded")
import cached  # of Python's own cache, which is marshalled, too
assert cached.__cached__ and cached.VALUE == 7
guard.trusted = True
assert eval(marshal.loads(code)) == 2
guard.trusted = False
try:
    marshal.loads(code)
except BytecodeRefusedError:
    print("refused again")
"""


def test_only_imports_and_trusted_files_decode_bytecode(tmp_path: Path) -> None:
    (tmp_path / "cached.py").write_text("VALUE = 7\n")
    folder = str(Path(bytecode_guard.__file__).parent)
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(tmp_path)], check=True)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, folder, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.stdout == "refused again\n", done.stderr
