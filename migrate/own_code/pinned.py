"""Code that its author had moved to tf-keras, in the words of Keras: ``tf_keras.layers`` becomes ``keras.layers``.

`keras-migrate code` leaves such files alone, because whoever names the package chose to stay with Keras 2. A slice
beside a model of Keras 3 has no such choice: a layer of tf-keras is no layer there.
"""

from __future__ import annotations

import io
import tokenize

_PINNED = "tf_keras"


def with_keras_named(text: str) -> str:
    """The module with the package ``keras`` wherever it names ``tf_keras``; texts, comments and attributes stay."""
    if _PINNED not in text:
        return text
    lines = text.split("\n")
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):  # the rewrite says what is wrong with it
        return text
    before = ["", *(token.string for token in tokens)]
    for after, token in reversed([*zip(before, tokens, strict=False)]):
        if token.type == tokenize.NAME and token.string == _PINNED and after != ".":
            row, column = token.start
            line = lines[row - 1]
            lines[row - 1] = f"{line[:column]}keras{line[column + len(_PINNED) :]}"
    return "\n".join(lines)
