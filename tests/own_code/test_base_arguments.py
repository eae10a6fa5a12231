"""Layers that take no ``trainable`` hand the arguments of their base on, so that what they write can be read."""

from __future__ import annotations

import pytest

from migrate.own_code.base_arguments import with_base_arguments

HEAD = "from tensorflow.keras import layers\n\n\nclass Scale(layers.Layer):\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "def __init__(self, name=None):\n        super().__init__(name=name)",
            "def __init__(self, name=None, **kwargs):\n        super().__init__(name=name, **kwargs)",
        ),
        (
            "def __init__(self, units):\n        super(Scale, self).__init__()\n        self.units = units",
            "def __init__(self, units, **kwargs):\n        super(Scale, self).__init__(**kwargs)\n"
            "        self.units = units",
        ),
        (
            "def __init__(self, units: int = (3), ) -> None:\n        super().__init__()",
            "def __init__(self, units: int = (3), **kwargs ) -> None:\n        super().__init__(**kwargs)",
        ),
        (
            "def __init__(self, **options):\n        super().__init__()",
            "def __init__(self, **options):\n        super().__init__(**options)",
        ),
        (
            "def __init__(self):\n        super().__init__()",
            "def __init__(self, **kwargs):\n        super().__init__(**kwargs)",
        ),
    ],
)
def test_what_the_base_takes_is_handed_on(old: str, new: str) -> None:
    changed = with_base_arguments(f"{HEAD}    {old}\n")
    compile(changed, "slice.py", "exec")
    assert changed == f"{HEAD}    {new}\n"


def test_a_class_derived_from_one_of_the_slice_is_a_layer() -> None:
    text = (
        f"{HEAD}    pass\n\n\nclass Twice(Scale):\n    def __init__(self, n):\n        super().__init__()\n"
    )
    assert "__init__(self, n, **kwargs)" in with_base_arguments(text)


@pytest.mark.parametrize(
    "init",
    [
        "def __init__(self, **kwargs):\n        super().__init__(**kwargs)",
        "def __init__(self, **kwargs):\n        self.n = kwargs.pop('n')\n        super().__init__()",
        "def __init__(self, units):\n        self.units = units",
        "def __init__(self, units):\n        super().__init__(units)",
        "def __init__(self, units):\n        super().__init__(name='scale')",
    ],
)
def test_others_stay(init: str) -> None:
    assert with_base_arguments(f"{HEAD}    {init}\n") == f"{HEAD}    {init}\n"


def test_a_class_that_is_no_layer_stays() -> None:
    text = "# no Layer\nclass Scale:\n    def __init__(self):\n        super().__init__()\n"
    assert with_base_arguments(text) == text
