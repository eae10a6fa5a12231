"""Names that TensorFlow gives in every SavedModel."""

from __future__ import annotations

from collections.abc import Iterable

PROTO = "saved_model.pb"
"""The file that makes a folder a SavedModel."""
TEXT_PROTO = "saved_model.pbtxt"
"""The same as text."""
DEFAULT_SIGNATURE = "serving_default"
"""The signature that a server answers with when none is asked for (``signature_constants.py`` of TensorFlow)."""


def argument_names(names: Iterable[str]) -> list[str]:
    """Names of inputs as the keys of a signature: ``1st input`` becomes ``arg_1st_input``, ``a-b`` becomes ``a_b``.

    TensorFlow makes such names itself, if an operation may have the name as it is, and refuses the others (with a
    message about names that are not unique).

    Source: ``sanitize_arg_name`` in TensorFlow's ``function_type.py``.
    """
    made: list[str] = []
    for name in names:
        plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in name)
        plain = plain if plain[:1].isalpha() else f"arg_{plain}"
        candidate, number = plain, 1
        while candidate in made:
            candidate, number = f"{plain}_{number}", number + 1
        made.append(candidate)
    return made
