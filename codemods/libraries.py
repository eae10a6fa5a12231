"""Names of NumPy, pandas, SciPy and scikit-learn that Keras 1 and 2 programs use, and that have been removed since.

Keras 3 needs a current Python and NumPy, so that a program fails at these as surely as at a Keras name. The
tables contain names found in real repositories with Keras; a replacement is written only if it is equivalent.

Sources: the release notes of NumPy 1.18, 1.20, 1.23, 1.24, 2.0 and 2.4, of SciPy 1.0 to 1.3, of pandas 1.0 and 2.0,
and of scikit-learn 0.18, 0.20 and 0.23. `tests/codemods/rules/test_libraries.py` checks the installed NumPy.
"""

from __future__ import annotations

import re

LIBRARIES = frozenset({"numpy", "pandas", "scipy", "sklearn"})
"""Import names. In their own sources, their names mean what they define, in whichever release."""
NUMPY = {
    "int": "int", "float": "float", "bool": "bool", "complex": "complex", "object": "object", "str": "str",
    "Inf": "numpy.inf", "Infinity": "numpy.inf", "infty": "numpy.inf", "PINF": "numpy.inf",
    "NaN": "numpy.nan", "NAN": "numpy.nan",
    "float_": "numpy.float64", "complex_": "numpy.complex128", "cfloat": "numpy.complex128",
    "unicode_": "numpy.str_", "string_": "numpy.bytes_",
    "product": "numpy.prod", "cumproduct": "numpy.cumprod", "sometrue": "numpy.any", "alltrue": "numpy.all",
    "round_": "numpy.round", "mat": "numpy.asmatrix",
}  # fmt: skip
"""Aliases, with their targets. The first six were Python's own types (until 1.24). NumPy 2 has its own ``bool``
again: the same as a dtype, but a different class."""
NUMPY_HINTS = {
    "NINF": "write -numpy.inf",
    "asscalar": "call item() of the array",
    "rank": "numpy.ndim gives the number of dimensions",
    "in1d": "numpy.isin gives the same, in the shape of its first argument",
    "trapz": "numpy.trapezoid (NumPy 2.0 and later)",
    "msort": "numpy.sort(a, axis=0)",
    "asfarray": "numpy.asarray(a, dtype=float), which makes doubles of other floats too",
    "alen": "len(numpy.asarray(a))",
    "cast": "numpy.asarray(a, dtype=…)",
    "find_common_type": "numpy.result_type or numpy.promote_types",
    "sctypes": "name the types",
    "fv": "the package numpy-financial has it",
    "pmt": "the package numpy-financial has it",
    "irr": "the package numpy-financial has it",
    "npv": "the package numpy-financial has it",
}
"""Names without a plain successor: what to write manually."""

SPECIAL = frozenset({"comb", "factorial", "factorial2", "factorialk", "logsumexp"})
"""Functions of ``scipy.misc`` that moved to ``scipy.special`` (removed in SciPy 1.3)."""
PICTURES = frozenset({"imread", "imresize", "imsave"})
"""Functions of ``scipy.misc`` that used Pillow (removed in SciPy 1.2 and 1.3)."""

MOVED = {
    "scipy.misc": ("scipy.special", SPECIAL, frozenset[str]()),
    "sklearn.cross_validation": (
        "sklearn.model_selection",
        frozenset({"train_test_split"}),
        frozenset({"cross_val_score", "cross_val_predict"}),
    ),
    "sklearn.grid_search": (
        "sklearn.model_selection",
        frozenset({"ParameterGrid", "ParameterSampler"}),
        frozenset({"GridSearchCV", "RandomizedSearchCV"}),
    ),
    "sklearn.learning_curve": (
        "sklearn.model_selection",
        frozenset[str](),
        frozenset({"learning_curve", "validation_curve"}),
    ),
    "sklearn.externals.joblib": (
        "joblib",
        frozenset({"dump", "load", "Parallel", "delayed"}),
        frozenset[str](),
    ),
    "sklearn.externals": ("", frozenset({"joblib"}), frozenset[str]()),
}
"""By removed module: the new location of its names; those that are the same there, and those with different defaults
(the number of folds became 5 in scikit-learn 0.22). An empty location means a package with the name itself."""
GONE = frozenset({*MOVED, "sklearn.preprocessing.Imputer"})
"""Modules and classes of which everything was removed, with or without a successor."""

_MARKER = re.compile(
    rb"\.as_matrix\(|\bget_dummies\(|\bfromstring\(|\bscipy\.misc\b|\bfrom\s+scipy\s+import\b[^\n]*\bmisc\b"
    rb"|\bsklearn\.(?:cross_validation|grid_search|learning_curve|externals)\b|\bImputer\b"
    rb"|\bfrom\s+numpy\s+import\b"
)
_MEMBERS = "|".join(sorted({*NUMPY, *NUMPY_HINTS})).encode()
_NUMPY = tuple(re.compile(root + rb"\.(?:" + _MEMBERS + rb")\b") for root in (b"np", b"numpy"))
"""These begin with letters, not with an alternative, so that the search jumps from one to the next."""
_WORDS = (b"as_matrix", b"get_dummies", b"fromstring", b"scipy", b"sklearn", b"Imputer", b"numpy import")
"""Of which one occurs where `_MARKER` is found."""


def mentioned(data: bytes) -> bool:
    """Whether the bytes of a file may use a name of the tables."""
    return any(pattern.search(data) is not None for pattern in _NUMPY) or (
        any(word in data for word in _WORDS) and _MARKER.search(data) is not None
    )
