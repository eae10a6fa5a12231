"""The command: what it writes, prints and answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from click.testing import CliRunner, Result

from codemods.config import ConfigError, detect_version, settings
from codemods.files.discovery import Wanted, discover
from codemods.files.journal import journals
from codemods.output import records
from codemods.rules.api import all_source_rules
from migrate.cli.code import code, undo
from migrate.cli.rules import every_rule, explain, rules

BEFORE = "from tensorflow import keras\nm = keras.Sequential()\n"
AFTER = "import keras\nm = keras.Sequential()\n"
LEFT = "from keras.layers import MaxoutDense\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (tmp_path / "a.py").write_text(BEFORE)
    (tmp_path / "b.py").write_text("import os\n")
    return tmp_path


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(code, list(arguments))


def test_default_shows_a_diff_and_writes_nothing(project: Path) -> None:
    result = invoke(".")
    assert result.exit_code == 0
    assert "-from tensorflow import keras\n+import keras\n" in result.stdout
    assert "1 would change" in result.stderr
    assert (project / "a.py").read_text() == BEFORE


def test_check_fails_when_something_would_change(project: Path) -> None:
    assert invoke(".", "--check").exit_code == 1
    (project / "a.py").write_text(AFTER)
    result = invoke(".", "--check")
    assert (result.exit_code, result.stdout) == (0, "")


def test_findings_left_fail(project: Path) -> None:
    (project / "a.py").write_text(LEFT)
    result = invoke(".")
    assert result.exit_code == 1
    assert "a.py:1:26: IMP010 Keras 3 has no keras.layers.MaxoutDense" in result.stdout


def test_broken_file_costs_one_file(project: Path) -> None:
    (project / "broken.py").write_text("import keras\ndef (:\n")
    result = invoke(".", "--write")
    assert result.exit_code == 1
    assert "broken.py: skipped: invalid syntax" in result.stdout
    assert (project / "a.py").read_text() == AFTER


def test_write_and_undo(project: Path) -> None:
    file = project / "a.py"
    file.chmod(0o750)
    assert invoke("a.py", "--write").exit_code == 0
    assert file.read_text() == AFTER
    assert file.stat().st_mode & 0o777 == 0o750
    assert len(journals(project)) == 1
    result = CliRunner().invoke(undo, [])
    assert (result.exit_code, result.stdout) == (0, "restored a.py\n")
    assert file.read_text() == BEFORE
    assert CliRunner().invoke(undo, []).exit_code == 1


def test_undo_refuses_what_was_edited_since(project: Path) -> None:
    invoke("a.py", "--write")
    (project / "a.py").write_text(AFTER + "# mine\n")
    result = CliRunner().invoke(undo, [])
    assert result.exit_code == 1
    assert "edited since" in result.output
    assert CliRunner().invoke(undo, ["--force"]).exit_code == 0
    assert (project / "a.py").read_text() == BEFORE


def test_symbolic_link_stays_one(project: Path) -> None:
    (project / "link.py").symlink_to("a.py")
    invoke("link.py", "--write")
    assert (project / "link.py").is_symlink()
    assert (project / "a.py").read_text() == AFTER


def git(*arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments],
        check=True,
        capture_output=True,
    )


def test_dirty_tree_is_refused(project: Path) -> None:
    git("init")
    git("add", ".")
    git("commit", "-m", "x")
    (project / "a.py").write_text(BEFORE + "\n")
    result = invoke(".", "--write")
    assert result.exit_code == 2
    assert "uncommitted changes" in result.stderr
    assert (project / "a.py").read_text() == BEFORE + "\n"
    assert invoke(".", "--write", "--allow-dirty").exit_code == 0


def test_gitignore_and_environments(project: Path) -> None:
    (project / ".gitignore").write_text("out/\n*_gen.py\n!keep_gen.py\n")
    for name in (
        "out/x.py",
        "x_gen.py",
        "keep_gen.py",
        "env/y.py",
        "env/pyvenv.cfg",
        "build/z.py",
        "sub/x.py",
    ):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(BEFORE)
    (project / "sub/.gitignore").write_text("x.py\n")
    found = [path.as_posix() for path in discover([Path()], Wanted())]
    assert found == ["a.py", "b.py", "keep_gen.py", "pyproject.toml"]
    assert [p.name for p in discover([Path("out/x.py")], Wanted())] == ["x.py"]


def test_json_is_the_contract(project: Path) -> None:
    (project / "b.py").write_text(LEFT)
    result = invoke(".", "--format", "json")
    document = json.loads(result.stdout)
    schema = json.loads((Path(records.__file__).parents[1] / "schema" / "code.json").read_bytes())
    jsonschema.Draft202012Validator(schema).validate(document)
    assert (document["schema"], document["written"]) == (1, False)
    assert [file["path"] for file in document["files"]] == ["a.py", "b.py"]
    assert document["files"][0]["findings"][0] == {
        "code": "IMP001",
        "severity": "warning",
        "fix": "safe",
        "applied": True,
        "line": 1,
        "column": 24,
        "end_line": 1,
        "end_column": 29,
        "message": "tensorflow.keras becomes keras",
        "hint": "",
        "symbol": "keras",
        "argument": "",
        "source": "from tensorflow import keras",
    }
    assert document["summary"] == {
        "files": 3,
        "changed": 1,
        "findings": {"IMP001": 1, "IMP010": 1},
        "applied": 1,
        "manual": 1,
        "effort": {"automatic": 1, "assisted": 0, "manual": 1},
    }


def test_json_says_whether_it_wrote(project: Path) -> None:
    document = json.loads(invoke(".", "--write", "--format", "json").stdout)
    assert (document["written"], document["files"][0]["changed"]) == (True, True)
    assert (project / "a.py").read_text() == AFTER


def test_contract_of_the_issue_field_by_field() -> None:
    """What was promised to those who read the JSON; more may be there, nothing may be missing."""
    known = json.loads((Path(records.__file__).parents[1] / "schema" / "code.json").read_bytes())["$defs"]
    assert {"schema", "files", "summary"} <= set(known["Result"]["required"])
    assert {"path", "changed", "error", "findings"} <= set(known["FileRecord"]["required"])
    finding = known["CodeFinding"]
    assert {
        *("code", "severity", "fix", "applied", "line", "column", "end_line", "end_column"),
        *("message", "hint", "symbol", "argument"),
    } <= set(finding["required"])
    assert {"error", "silent", "warning"} <= set(known["Severity"]["enum"])
    assert {"safe", "unsafe", "manual"} == set(known["Fix"]["enum"])
    assert {"files", "changed", "findings", "applied", "manual", "effort"} <= set(
        known["Summary"]["required"]
    )
    assert {"automatic", "assisted", "manual"} <= set(known["Effort"]["required"])


def test_notes_ask_for_nothing(project: Path) -> None:
    (project / "a.py").write_text(
        "try:\n    from keras.layers.merge import _Merge\nexcept ImportError:\n    from mine import _Merge\n"
    )
    result = invoke(".", "--format", "json")
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert document["summary"]["findings"] == {"IMP012": 1}
    assert document["summary"]["effort"]["manual"] == document["summary"]["manual"] == 0
    assert "<failure" not in invoke(".", "--format", "junit").stdout


def test_what_needs_tensorflow_is_left_to_do_for_another_backend(project: Path) -> None:
    (project / "a.py").write_text("from keras.preprocessing.text import Tokenizer\nt = Tokenizer()\n")
    result = invoke(".", "--write")
    assert result.exit_code == 0
    assert "0 left (automatic 1, with --unsafe 0, manual 0), 1 note (-v lists them)" in result.output
    assert "API003" not in result.output
    text = (project / "a.py").read_text()
    assert text == "from tensorflow.keras.preprocessing.text import Tokenizer\nt = Tokenizer()\n"
    assert "API003 preprocessing.text.Tokenizer exists only in tf.keras" in invoke(".", "-v").output
    for backend, severity, status in (
        ("tensorflow", "info", 0),
        ("any", "warning", 1),
        ("jax", "warning", 1),
    ):
        again = invoke(".", "--backend", backend, "--format", "json")
        assert again.exit_code == status
        findings = json.loads(again.stdout)["files"][0]["findings"]
        assert {(f["code"], f["severity"]) for f in findings} == {("API003", severity)}
    assert invoke(".", "--target", "tf.keras").exit_code == 0


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("from keras.preprocessing.image import *\ng = ImageDataGenerator()\n", ()),
        ("from keras.preprocessing.text import Tokenizer\nt = Tokenizer()\n", ("--ignore", "IMP003")),
        ("from keras.preprocessing.text import Tokenizer\nt = Tokenizer()\n", ("--select", "API003")),
    ],
)
def test_what_is_not_led_to_tf_keras_is_left_to_do(
    project: Path, text: str, options: tuple[str, ...]
) -> None:
    (project / "a.py").write_text(text)
    result = invoke(".", "--write", *options)
    assert result.exit_code == 1
    assert "API003" in result.output


def test_other_formats(project: Path) -> None:
    (project / "b.py").write_text(LEFT)
    (project / "c.py").write_text("import keras\ndef (:\n")
    sarif = json.loads(invoke(".", "--format", "sarif").stdout)
    assert {item["ruleId"] for item in sarif["runs"][0]["results"]} == {"IMP001", "IMP010"}
    assert {rule["id"] for rule in sarif["runs"][0]["tool"]["driver"]["rules"]} == {"IMP001", "IMP010"}
    github = invoke(".", "--format", "github").stdout
    assert (
        "::error file=b.py,line=1,endLine=1,title=IMP010::Keras 3 has no keras.layers.MaxoutDense" in github
    )
    junit = ElementTree.fromstring(invoke(".", "--format", "junit").stdout)
    assert (junit.get("tests"), junit.get("failures"), junit.get("errors")) == ("3", "1", "1")
    markdown = invoke(".", "--format", "markdown").stdout
    assert "| IMP010 |" in markdown
    assert "## b.py" in markdown


def test_baseline_hides_what_is_known(project: Path) -> None:
    (project / "a.py").write_text(LEFT)
    assert invoke(".", "--baseline", "base.json", "--write-baseline").exit_code == 0
    (project / "a.py").write_text("# moved down\n\n" + LEFT)
    assert invoke(".", "--baseline", "base.json").exit_code == 0
    (project / "a.py").write_text(LEFT + LEFT)
    assert invoke(".", "--baseline", "base.json").exit_code == 1
    (project / "base.json").write_text("{")
    assert invoke(".", "--baseline", "base.json").exit_code == 2


def test_settings(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.keras-migrate]\ntarget = "tf.keras"\nexclude = ["b*"]\n')
    assert invoke(".", "--check").exit_code == 0
    assert settings(project).exclude == ("b*",)
    (project / "pyproject.toml").write_text("[tool.keras-migrate]\ntarget = 'torch'\n")
    assert invoke(".").exit_code == 2
    (project / "pyproject.toml").write_text("[tool.keras-migrate]\ntargett = 'keras'\n")
    with pytest.raises(ConfigError, match="targett"):
        settings(project)


@pytest.mark.parametrize(
    ("name", "text", "version"),
    [
        ("requirements.txt", "keras==3.6.0\n", "3.6.0"),
        ("requirements.txt", "keras>=3.3,<4\n", "3.15.1"),
        ("requirements.txt", "keras>=3.3,<3.7\n", "3.6"),
        ("requirements.txt", "keras>=2.4\n", None),
        ("requirements.txt", "keras==2.4.0\n", None),
        ("uv.lock", '[[package]]\nname = "keras"\nversion = "3.9.2"\n', "3.9.2"),
        ("pyproject.toml", '[project]\ndependencies = ["keras~=3.5"]\n', "3.15.1"),
    ],
)
def test_version_from_pins(tmp_path: Path, name: str, text: str, version: str | None) -> None:
    (tmp_path / name).write_text(text)
    found = detect_version(tmp_path)
    assert (str(found) if found else None) == version


def test_wrong_usage(project: Path) -> None:
    assert invoke(".", "--keras-version", "2.15").exit_code == 2
    assert invoke("nowhere").exit_code == 2
    assert invoke(".", "--write-baseline").exit_code == 2


def test_jobs_give_the_same(project: Path) -> None:
    for number in range(60):
        (project / f"m{number}.py").write_text(BEFORE)
    one, two, free = (invoke(".", "--format", "json", *jobs) for jobs in (["-j", "1"], ["-j", "2"], []))
    assert one.stdout == two.stdout == free.stdout


def test_help_and_clean_scan_import_nothing_heavy(project: Path) -> None:
    (project / "a.py").write_text(AFTER)
    program = (
        "import sys\nfrom migrate.cli.main import cli\n"
        "try:\n    cli(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "heavy = {'libcst', 'tensorflow', 'keras', 'tf_keras', 'numpy', 'h5py'} & sys.modules.keys()\n"
        "sys.stderr.write(repr(sorted(heavy)))\n"
    )
    for arguments in (["code", "--help"], ["code", "."]):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ,
        )
        assert done.stderr.endswith("[]"), arguments


def test_rules_and_explain() -> None:
    runner = CliRunner()
    listed = runner.invoke(rules, ["imp"]).stdout
    assert listed.splitlines()[0].startswith("IMP001  warning  safe")
    assert {entry["code"] for entry in json.loads(runner.invoke(rules, ["--format", "json"]).stdout)} == set(
        every_rule()
    )
    page = runner.invoke(explain, ["imp001"]).stdout
    assert "from tensorflow import keras" in page
    assert "proof: 2 programs" in page
    assert runner.invoke(explain, ["namespace"]).exit_code == 0
    missing = runner.invoke(explain, ["IMP000"])
    assert missing.exit_code == 2
    assert "did you mean" in missing.stderr


def test_every_rule_explains_itself() -> None:
    for found in all_source_rules():
        assert found.summary.endswith((".", "`", ")")), found.code
        assert found.why, found.code


def test_libcst_runner() -> None:
    import libcst
    from libcst.codemod import CodemodContext

    from codemods.libcst_command import KerasMigrateCommand

    command = KerasMigrateCommand(CodemodContext())
    assert command.transform_module(libcst.parse_module(BEFORE)).code == AFTER
    command = KerasMigrateCommand(CodemodContext(), target="tf.keras")
    assert command.transform_module(libcst.parse_module(BEFORE)).code == BEFORE
    context = CodemodContext()
    KerasMigrateCommand(context).transform_module(libcst.parse_module(LEFT))
    assert "IMP010" in context.warnings[0]


def test_codes_that_no_rule_has_are_refused(project: Path) -> None:
    for option in ("--select", "--ignore"):
        answer = invoke(".", option, "FOO")
        assert answer.exit_code == 2
        assert "FOO" in answer.output
    assert invoke(".", "--select", "IMP", "--check").exit_code == 1


def test_files_that_do_not_parse_are_counted(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("import keras\nprint 'x'\n")
    (tmp_path / "new.py").write_text("x = 1\n")
    result = invoke(str(tmp_path))
    assert result.exit_code == 1
    assert "2 files looked at, 1 skipped, 0 would change" in result.output


def test_a_folder_that_is_named_is_looked_at_though_it_is_ignored(project: Path) -> None:
    (project / ".git").mkdir(exist_ok=True)
    (project / ".gitignore").write_text("old/\n")
    (project / "old").mkdir()
    (project / "old" / "a.py").write_text("from tensorflow import keras\n")
    assert "old/a.py" not in invoke(".").output
    assert "old/a.py" in invoke("old").output


def test_a_baseline_fits_after_the_rewrite(project: Path) -> None:
    file = project / "deep.py"
    file.write_text(
        "from tensorflow.keras import utils\nx = utils.OrderedEnqueuer(3, use_multiprocessing=True)\n"
    )
    invoke("deep.py", "--baseline", "base.json", "--write-baseline")
    assert invoke("deep.py", "--write", "--allow-dirty", "--baseline", "base.json").exit_code == 0
    file.write_text(file.read_text().replace("utils.Ord", "utils . Ord"))
    assert invoke("deep.py", "--baseline", "base.json").exit_code == 0
    file.write_text(file.read_text() + "y = utils.OrderedEnqueuer(3)\n")
    assert invoke("deep.py", "--baseline", "base.json").exit_code == 1


def test_a_comment_on_the_line_of_an_argument(project: Path) -> None:
    file = project / "a.py"
    text = "import keras\nx = keras.layers.Dense(\n    3,\n    output_dim=4,{}\n    name='a',\n)\n"
    file.write_text(text.format("  # keras-migrate: ignore"))
    assert "KON001" not in invoke("a.py").output
    file.write_text(text.format(""))
    assert "1 finding" in invoke("a.py").output


def test_a_hint_says_that_unsafe_would_do_it(project: Path) -> None:
    (project / "a.py").write_text("from keras import backend as K\ny = K.bias_add(x, b)\n")
    assert "--unsafe" in invoke("a.py").output


@pytest.mark.parametrize("given", ["", "1"])
def test_no_color_is_respected(project: Path, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", given)
    answer = CliRunner().invoke(code, ["."], color=True)
    assert ("\x1b[" in answer.output) is (given == "")


@pytest.mark.parametrize(
    ("table", "command"), [("tool.ruff", "ruff format"), ("tool.black", "black"), ("tool.x", "")]
)
def test_the_formatter_of_the_project_is_offered(project: Path, table: str, command: str) -> None:
    (project / "pyproject.toml").write_text(f"[{table}]\n")
    answer = invoke(".", "--write", "--allow-dirty")
    assert ("on the rewritten files" in answer.output) is bool(command)
    assert f"`{command}`" in answer.output or not command
