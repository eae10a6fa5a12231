"""Functions for configurations that left: which copies of a model are rewritten, and which are only said."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed

HEAD = "import keras\nfrom other import cfg, get_config, make, more\n"
MODEL = "m = keras.Sequential()\n"
SAME = "'class_name': m.__class__.__name__"


def test_a_copy_is_made_by_the_class() -> None:
    text = f"import keras\n{MODEL}{{}}\n"
    given = f"{{{SAME}, 'config': m.get_config()}}"
    before = text.format(f"n = keras.models.model_from_config({given})")
    check_transformed(before, text.format("n = m.__class__.from_config(m.get_config())"), select=["SAV006"])
    before = text.format(f"c = {given}\nn = keras.models.model_from_config(c)")
    check_transformed(
        before, text.format(f"c = {given}\nn = m.__class__.from_config(c['config'])"), select=["SAV006"]
    )


@pytest.mark.parametrize(
    "text",
    [
        f"{MODEL}keras.models.model_from_config({{{SAME}, 'config': m.get_config()}}, **more)\n",
        f"{MODEL}keras.models.model_from_config()\n",
        f"{MODEL}keras.models.model_from_config(cfg)\n",
        f"{MODEL}c = {{{SAME}, 'config': m.get_config()}}\nc = cfg\nkeras.models.model_from_config(c)\n",
        f"{MODEL}keras.models.model_from_config({{'config': m.get_config()}})\n",
        f"{MODEL}keras.models.model_from_config({{{SAME}, 'config': cfg}})\n",
        f"{MODEL}keras.models.model_from_config({{{SAME}, 'config': get_config()}})\n",
        f"{MODEL}keras.models.model_from_config({{{SAME}, 'config': make().get_config()}})\n",
        f"{MODEL}m = make()\nkeras.models.model_from_config({{{SAME}, 'config': m.get_config()}})\n",
        f"{MODEL}keras.models.model_from_config({{{SAME}, 'config': m.summary()}})\n",
        f"{MODEL}keras.models.model_from_config({{{SAME}, 'config': m.get_config(1)}})\n",
        f"{MODEL}keras.models.model_from_config({{'class_name': 'X', 'config': m.get_config()}})\n",
        f"{MODEL}keras.experimental.load_from_saved_model({{{SAME}, 'config': m.get_config()}})\n",
        "load = keras.models.model_from_config\n",
        f"{MODEL}m.to_yaml()\n",
    ],
)
def test_anything_else_is_only_said(text: str) -> None:
    check_noop(HEAD + text, select=["SAV006"], codes=["SAV006"])


def test_to_yaml_of_an_unknown_object_is_not_a_models() -> None:
    check_noop(HEAD + "def f(x):\n    x.to_yaml()\n", select=["SAV006"], codes=[])
