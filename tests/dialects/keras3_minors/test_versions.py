"""How a command line names releases of Keras 3."""

from __future__ import annotations

import pytest

from migrate.dialects.keras3_minors.versions import RELEASES, parse_readers, reader
from migrate.findings import MigrationError


def names(text: str) -> list[str]:
    return [one.name for one in parse_readers(text)]


def test_a_minor_is_its_newest_release() -> None:
    assert reader("3.9").requirement == "keras==3.9.2"
    assert reader("3.9.1").requirement == "keras==3.9.1"


def test_a_minor_that_came_later_is_whatever_the_registry_has() -> None:
    later = reader("3.99")
    assert later.requirement == "keras==3.99.*"
    assert not later.is_fixed


def test_a_development_version_comes_from_the_nightly_builds() -> None:
    one = reader("3.16.0.dev2026102704")
    assert one.requirement == "keras-nightly==3.16.0.dev2026102704"
    assert one.is_development
    assert one.is_fixed


def test_ranges_hold_both_ends_and_may_lack_one() -> None:
    assert names("3.12-3.14") == ["3.12", "3.13", "3.14"]
    assert names("3.14-") == ["3.14", "3.15"]
    assert names("-3.1") == ["3.0", "3.1"]


def test_readers_come_oldest_first_and_once() -> None:
    assert names("nightly, 3.12,3.9,3.11-3.12") == ["3.9", "3.11", "3.12", "nightly"]


def test_all_is_every_minor_and_what_is_next() -> None:
    assert len(names("all")) == len(RELEASES) + 1
    assert names("all")[-1] == "nightly"


@pytest.mark.parametrize("text", ["", ",", "2.15", "4.0", "3", "x", "3.9 3.10", "3.20-3.21", "-"])
def test_what_is_no_release_is_refused(text: str) -> None:
    with pytest.raises(MigrationError) as raised:
        parse_readers(text)
    assert raised.value.code == "RDR001"
