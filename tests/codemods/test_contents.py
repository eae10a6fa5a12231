"""What is found in the bytes of files."""

from __future__ import annotations

import random

import pytest

from codemods.names.contents import _IMPORT, import_statements

_WORDS = (
    "from ",
    "import ",
    "import",
    "important ",
    "a.b ",
    "(",
    ")",
    "# c",
    "\\",
    "\\\n",
    "\\\r\n",
    "\n",
    "\r\n",
)


@pytest.mark.parametrize(
    "text",
    [
        "import a\nx = 1\nfrom b import (\n    c,  # import d\n    e)\n",
        "from a \\\n    import b\n",
        "from a \\\r\n    import b, \\\r\n    c\r\n",
        "importlib.reload(x)\nfrom a import b; import c\n",
        "x = 1",
    ],
)
def test_import_statements_are_those_that_a_search_of_all_bytes_finds(text: str) -> None:
    data = text.encode()
    assert list(import_statements(data)) == _IMPORT.findall(data)


def test_import_statements_of_shuffled_pieces() -> None:
    shuffle = random.Random(0)
    texts = ["".join(shuffle.choices(_WORDS, k=shuffle.randint(1, 14))).encode() for _ in range(3_000)]
    assert any(len(_IMPORT.findall(data)) > 1 for data in texts)
    assert all(list(import_statements(data)) == _IMPORT.findall(data) for data in texts)
