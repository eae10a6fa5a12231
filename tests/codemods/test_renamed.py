"""A code that a rule had before goes on to mean it, wherever users have written it down."""

from __future__ import annotations

from pathlib import Path

import msgspec
from click.testing import CliRunner

from codemods.options import Options
from codemods.output import baseline
from codemods.renamed import RENAMED
from codemods.rules.api import all_source_rules
from migrate.cli.code import code
from migrate.cli.rules import explain

SOURCE = "import tensorflow_hub as hub\n\nlayer = hub.KerasLayer('https://a/b')\n"


def found(folder: Path, *arguments: str, source: str = SOURCE) -> str:
    (folder / "m.py").write_text(source)
    return CliRunner().invoke(code, [str(folder), "--check", *arguments]).output


def test_every_code_of_today_exists_and_no_old_one_does() -> None:
    codes = {rule.code for rule in all_source_rules()}
    assert set(RENAMED.values()) <= codes
    assert not codes & RENAMED.keys()


def test_options_comments_and_explanations_know_old_codes(tmp_path: Path) -> None:
    assert "ECO001" in found(tmp_path)
    assert "ECO001" not in found(tmp_path, "--ignore", "API004")
    assert "ECO001" in found(tmp_path, "--select", "API004")
    commented = SOURCE.rstrip("\n") + "  # keras-migrate: ignore[API004]\n"
    assert "ECO001" not in found(tmp_path, source=commented)
    explained = CliRunner().invoke(explain, ["API004"])
    assert explained.output.startswith("ECO001")
    assert not Options(select=("IMP",)).wants("ECO001")


def test_a_baseline_of_old_codes_covers_the_same_findings(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    known = baseline.Known("m.py", "API004", "x", 1)
    file.write_bytes(msgspec.json.encode(baseline.Baseline(1, (known,))))
    assert [left.entry.code for left in baseline.load(file)] == ["ECO001"]
