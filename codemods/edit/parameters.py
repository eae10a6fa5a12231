"""One more parameter of a function, in its LibCST node."""

from __future__ import annotations

import libcst as cst


def with_parameter(params: cst.Parameters, name: str) -> cst.Parameters:
    """The parameters of a function with ``name=None`` added, unchanged if the name already exists.

    It comes after the positional parameters; if there is an ``*args``, which would lose one of its values, it is a
    keyword-only parameter.
    """
    if any(one.name.value == name for one in (*params.posonly_params, *params.params, *params.kwonly_params)):
        return params
    new = cst.Param(
        cst.Name(name),
        default=cst.Name("None"),
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )
    where = "kwonly_params" if isinstance(params.star_arg, cst.Param) else "params"
    before = list(getattr(params, where))
    if before:  # what follows the last one (a comma, the end of a line) follows the new one
        new = new.with_changes(comma=before[-1].comma)
        before[-1] = before[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return params.with_changes(**{where: [*before, new]})
