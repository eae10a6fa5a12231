"""Names of layers as names of Python: valid, unique, and none of PyTorch's own.

Layer names come out of files; in source they stand as identifiers or inside ``repr`` alone.
"""

from __future__ import annotations

import keyword
import re

_OF_MODULE = frozenset(
    """
    add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval extra_repr
    float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia
    named_buffers named_children named_modules named_parameters parameters register_backward_hook register_buffer
    register_forward_hook register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
    register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter
    register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule
    share_memory state_dict to to_empty train training type xpu zero_grad
    """.split()  # noqa: SIM905 - read by people
)
"""Attributes of ``torch.nn.Module``, which a layer must not hide."""
_OF_FILE = frozenset(
    {"self", "torch", "nn", "F", "x", "math", "load", "Path", "load_file", "steps", "weights", "TRACE"}
)


class Names:
    """Gives each key a name of its own."""

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._taken = set(taken) | _OF_FILE
        self._given: dict[object, str] = {}

    def name(self, key: object, wanted: str) -> str:
        """The name of a key: the same at each call, unlike every other key's."""
        if key not in self._given:
            base = identifier(wanted)
            found, number = base, 1
            while found in self._taken:
                number += 1
                found = f"{base}_{number}"
            self._taken.add(found)
            self._given[key] = found
        return self._given[key]


def attributes() -> Names:
    """Names for the attributes of one module."""
    return Names(_OF_MODULE)


def identifier(text: str) -> str:
    """A valid name that is as near to a text as can be."""
    found = re.sub(r"[^0-9A-Za-z_]+", "_", text).strip("_") or "layer"
    return f"layer_{found}" if found[0].isdigit() or keyword.iskeyword(found) else found


def class_name(text: str) -> str:
    """A name in capitals: ``mobilenet_v2`` becomes ``MobilenetV2``."""
    if re.fullmatch(r"(functional|model|sequential)(_\d+)?", text):  # names that nobody gave
        return "Model"
    parts = [part for part in identifier(text).split("_") if part]
    return "".join(part[:1].upper() + part[1:] for part in parts) or "Model"
