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
        (
            "def __init__(self, units):\n        layers.Layer.__init__(self)\n        self.units = units",
            "def __init__(self, units, **kwargs):\n        layers.Layer.__init__(self, **kwargs)\n"
            "        self.units = units",
        ),
        (
            "def __init__(self, units):\n        super().__init__(name='scale', dynamic=True)",
            "def __init__(self, units, **kwargs):\n"
            "        super().__init__(name=kwargs.pop(\"name\", 'scale'), dynamic=True, **kwargs)",
        ),
        (
            "def __init__(self, **others):\n        super().__init__(trainable=False, **others)",
            "def __init__(self, **others):\n"
            '        super().__init__(trainable=others.pop("trainable", False), **others)',
        ),
        (
            "def __init__(self, label):\n        super().__init__(True, label)",
            "def __init__(self, label, **kwargs):\n        super().__init__("
            'trainable=kwargs.pop("trainable", True), name=kwargs.pop("name", label), **kwargs)',
        ),
        (
            "def __init__(self, a):\n        if a:\n            super().__init__(name=a)\n"
            "        else:\n            super().__init__()",
            "def __init__(self, a, **kwargs):\n        if a:\n"
            '            super().__init__(name=kwargs.pop("name", a), **kwargs)\n'
            "        else:\n            super().__init__(**kwargs)",
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
    ("old", "new"),
    [
        (
            "super().__init__(units, use_bias=False)",
            'units, use_bias=kwargs.pop("use_bias", False), **kwargs',
        ),
        (
            "super().__init__(units, 'relu')",
            "units=units, activation=kwargs.pop(\"activation\", 'relu'), **kwargs",
        ),
        ("Dense.__init__(self, 3)", "self, 3, **kwargs"),
        ("super().__init__(*units)", "*units, **kwargs"),
        (
            "super().__init__(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)",
            "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, **kwargs",
        ),
    ],
)
def test_a_layer_of_keras_has_its_own_arguments(old: str, new: str) -> None:
    text = f"from keras.layers import Dense\n\n\nclass Gate(Dense):\n    def __init__(self, units):\n        {old}\n"
    changed = with_base_arguments(text)
    compile(changed, "slice.py", "exec")
    assert f"({new})" in changed


def test_a_layer_is_known_by_another_name_and_not_by_one_of_the_slice() -> None:
    init = "def __init__(self):\n        super().__init__()\n"
    text = f"from keras.layers import Dense as D\n\n\nclass Gate(D):\n    {init}"
    assert "**kwargs" in with_base_arguments(text)
    text = f"class Dense:\n    pass\n\n\nclass Gate(Dense):\n    {init}"
    assert with_base_arguments(text) == text


def test_a_base_of_the_slice_has_the_arguments_of_its_constructor() -> None:
    text = (
        f"{HEAD}    def __init__(self, rate, **kwargs):\n        super().__init__(**kwargs)\n\n\n"
        "class Half(Scale):\n    def __init__(self):\n        super().__init__(0.5)\n"
    )
    assert 'super().__init__(rate=kwargs.pop("rate", 0.5), **kwargs)' in with_base_arguments(text)


@pytest.mark.parametrize(
    "init",
    [
        "def __init__(self, **kwargs):\n        super().__init__(**kwargs)",
        "def __init__(self, **kwargs):\n        self.n = kwargs.pop('n')\n        super().__init__()",
        "def __init__(self, units):\n        self.units = units",
        "def __init__(self, units):\n        Mixin.__init__(self)",
        "def __init__(self, kwargs):\n        super().__init__()",
    ],
)
def test_others_stay(init: str) -> None:
    assert with_base_arguments(f"{HEAD}    {init}\n") == f"{HEAD}    {init}\n"


def test_a_class_that_is_no_layer_stays() -> None:
    text = "# no Layer\nclass Scale:\n    def __init__(self):\n        super().__init__()\n"
    assert with_base_arguments(text) == text
