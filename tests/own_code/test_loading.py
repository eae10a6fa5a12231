"""Of several definitions of one name the one is taken that the module which loads the file means."""

from __future__ import annotations

from pathlib import Path

from migrate.own_code.builders import builders
from migrate.own_code.files import SourceIndex

NET = "from keras.models import Model\n\n\ndef net():\n    return Model()\n"


def loading(folder: Path) -> dict[str, bool]:
    found = builders(SourceIndex([folder]), folder / "weights" / "bass.h5")[0]
    return {builder.place.file.name: builder.loads for builder in found if builder.name == "net"}


def test_a_function_of_the_loading_module_hides_those_of_others(tmp_path: Path) -> None:
    (tmp_path / "experiment_1.py").write_text(NET)
    (tmp_path / "experiment_2.py").write_text(NET)
    (tmp_path / "predict.py").write_text(f"{NET}\n\nmodel = net()\nmodel.load_weights('weights/bass.h5')\n")
    assert loading(tmp_path) == {"experiment_1.py": False, "experiment_2.py": False, "predict.py": True}


def test_an_imported_function_is_that_of_its_module(tmp_path: Path) -> None:
    (tmp_path / "experiment_1.py").write_text(NET)
    (tmp_path / "experiment_2.py").write_text(NET)
    (tmp_path / "predict.py").write_text(
        "from experiment_2 import net\n\nmodel = net()\nmodel.load_weights('weights/bass.h5')\n"
    )
    assert loading(tmp_path) == {"experiment_1.py": False, "experiment_2.py": True}


def test_weights_of_a_part_are_found_by_name_where_the_sources_say_so(tmp_path: Path) -> None:
    for number, (arguments, by_name) in enumerate(
        (("", False), (", by_name=True", True), (", True", True), (", by_name=False", False))
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        loads = f"model = net()\nmodel.load_weights('weights/bass.h5'{arguments})\n"
        (folder / "predict.py").write_text(f"{NET}\n\n{loads}")
        found = builders(SourceIndex([folder]), folder / "weights" / "bass.h5")[0]
        assert [b.by_name for b in found if b.name == "net"] == [by_name]
