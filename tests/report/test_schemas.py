"""The machine formats are what they say they are."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from migrate import report as report_package
from migrate.report.compatibility.build import Inputs, build
from migrate.report.compatibility.compare import compare, read_report
from migrate.report.compatibility.contracts import CodeReport, ModelsReport
from migrate.report.compatibility.records import Report, Unseen
from migrate.report.writers import json as json_format
from migrate.report.writers import junit, sarif

from .factory import code_report, models_report

PUBLISHED = Path(report_package.__file__).parent / "schema" / "report.json"
SCHEMAS = Path(__file__).with_name("schemas")


@cache
def report() -> Report:
    models, details = models_report(12)
    models["artifacts"][3]["source"] = "models/\x00\ud7ff <&>/a b.h5"
    code = code_report(80, 9)
    found = build(
        Inputs(
            root="r",
            created="now",
            tool={"keras-migrate": "0"},
            files=msgspec.convert(code, CodeReport).files,
            models=msgspec.convert(models, ModelsReport).artifacts,
            details=details,
            unseen=[Unseen(path="a b.tflite", reason="not read")],
        )
    )
    return msgspec.structs.replace(found, comparison=compare(found, found))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_sarif_is_valid_against_the_official_schema() -> None:
    official: dict[str, Any] = json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text())
    log = json.loads(sarif.write(report()))
    jsonschema.Draft4Validator(official).validate(log)
    assert len(log["runs"][0]["results"]) == len(report().findings) > 80


def test_sarif_check_can_fail() -> None:
    official = json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text())
    log = json.loads(sarif.write(report()))
    log["runs"][0]["results"][0]["level"] = "silent"
    assert not jsonschema.Draft4Validator(official).is_valid(log)


def test_junit_is_valid_against_the_jenkins_schema() -> None:
    xmlschema = pytest.importorskip("xmlschema", reason="xmlschema is not installed")
    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(junit.write(report()))


def test_json_is_valid_against_the_published_schema() -> None:
    published = json.loads(PUBLISHED.read_text())
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.Draft202012Validator(published).validate(json.loads(json_format.write(report())))


def test_json_reads_back_as_the_same_report() -> None:
    assert read_report(json_format.write(report()).encode(), "x") == report()
