"""The tables agree with the running Python and with the operations that a migration knows."""

from __future__ import annotations

import dis
import sys

import pytest
from packaging.version import Version

from migrate.bytecode.api.specs import ALIASES, SPECS
from migrate.bytecode.decode import VERSIONS
from migrate.bytecode.definitions import definitions, parse_definition
from migrate.bytecode.graph import DRAWS
from migrate.bytecode.marshal import Layout
from migrate.bytecode.opcodes import CACHES, OPCODES
from migrate.bytecode.operands import operations
from migrate.bytecode.writers import pythons_of, tensorflow_of
from migrate.dialects.keras3.operations.names import STATEFUL, canonical
from migrate.dialects.keras3.operations.table import FUNCTIONS

RUNNING = "{}.{}".format(*sys.version_info)


def test_opcodes_of_the_running_python() -> None:
    assert OPCODES[RUNNING] == {number: name for name, number in dis.opmap.items() if number < 256}


def test_caches_of_the_running_python() -> None:
    counts = getattr(dis, "_inline_cache_entries")  # noqa: B009 - no public name for it
    assert CACHES[RUNNING] == {name: counts[number] for name, number in dis.opmap.items() if counts[number]}


def test_each_version_has_a_table_and_a_layout() -> None:
    assert {version for versions in VERSIONS.values() for version in versions} == set(OPCODES)
    assert all(layout in VERSIONS for layout in Layout)
    assert all(table[100] == "LOAD_CONST" for version, table in OPCODES.items() if version != "3.13")


def test_every_recorded_function_has_a_counterpart() -> None:
    assert [name for name in SPECS if canonical(name) not in FUNCTIONS] == []
    assert [name for name in DRAWS if canonical(name) not in STATEFUL] == []


def test_every_other_name_leads_to_a_recorded_function() -> None:
    assert [name for name, target in ALIASES.items() if target not in SPECS] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("SCALE=255.0", ("SCALE", 255.0)), ("names = ['a']", ("names", ["a"])), ("N=(1, 2)", ("N", (1, 2)))],
)
def test_definition_is_a_literal(text: str, expected: tuple[str, object]) -> None:
    assert parse_definition(text) == expected


@pytest.mark.parametrize("text", ["SCALE", "SCALE=", "1=2", "A=__import__('os')", "A=f()", "a.b=1"])
def test_other_definitions_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="NAME=VALUE"):
        definitions([text])


def test_writers_bound_the_python_and_tell_the_tensorflow() -> None:
    known = tuple(OPCODES)
    assert pythons_of(Version("2.15.0"), known) == ("3.9", "3.10", "3.11")
    assert "3.8" not in pythons_of(Version("1.2.2"), known)
    assert tensorflow_of(Version("2.2.4"), tf_keras=False) == 1
    assert tensorflow_of(Version("2.2.4"), tf_keras=True) is None
    assert tensorflow_of(Version("2.9.0"), tf_keras=True) == 2


def test_an_opcode_without_a_meaning_is_unsupported() -> None:
    assert operations(None, "LOAD_BUILD_CLASS", 0, 2, (3, 11)) == [("unsupported", None)]  # type: ignore[arg-type]
