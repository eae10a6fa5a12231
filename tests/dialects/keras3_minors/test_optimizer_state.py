"""The state of Nadam in the order that each release wants."""

from __future__ import annotations

from typing import Any

import pytest
from packaging.version import Version

from migrate.dialects.keras3_minors.registry import state_rule_for
from migrate.dialects.keras3_minors.state_rule import arguments_of
from migrate.dialects.keras3_minors.versions import parse_readers

OLD, NEW = Version("3.9.2"), Version("3.15.1")


def compiled(class_name: str = "Nadam", **arguments: Any) -> dict[str, Any]:
    optimizer = {"module": "keras.optimizers", "class_name": class_name, "config": arguments}
    return {"class_name": "Sequential", "config": {}, "compile_config": {"optimizer": optimizer}}


@pytest.mark.parametrize(
    ("writer", "readers", "code"),
    [
        (OLD, "3.10-", "RDR109"),
        (OLD, "3.9-", "RDR109"),  # 3.9 refuses it then
        (OLD, "3.6-3.9", None),
        (NEW, "3.6-3.9", "RDR110"),
        (NEW, "3.9-", None),
        (NEW, "3.10-", None),
    ],
)
def test_the_newer_order_wins_where_both_are_named(writer: Version, readers: str, code: str | None) -> None:
    rule = state_rule_for(compiled(), writer, parse_readers(readers))
    assert (rule.rule.code if rule else None) == code


def test_the_product_moves_and_nothing_else() -> None:
    config = compiled()
    later = state_rule_for(config, OLD, parse_readers("3.10"))
    earlier = state_rule_for(config, NEW, parse_readers("3.9"))
    assert later is not None
    assert earlier is not None
    old = ["step", "rate", "product", "m0", "v0", "m1", "v1"]
    new = ["step", "rate", "m0", "v0", "m1", "v1", "product"]
    arguments = arguments_of(config)
    assert [old[i] for i in later.order(arguments, shapes(old)) or ()] == new
    assert [new[i] for i in earlier.order(arguments, shapes(new)) or ()] == old
    assert later.order(arguments, shapes(new)) is None  # it was rewritten already
    assert earlier.order(arguments, shapes(old)) is None


def shapes(names: list[str]) -> list[tuple[int, ...]]:
    return [() if name in {"step", "rate", "product"} else (3,) for name in names]


def test_averages_of_weights_stand_before_it() -> None:
    config = compiled(use_ema=True)
    rule = state_rule_for(config, OLD, parse_readers("3.10"))
    assert rule is not None
    old = ["step", "rate", "a0", "a1", "product", "m0", "v0", "m1", "v1"]
    assert [old[i] for i in rule.order(arguments_of(config), shapes(old)) or ()][-1] == "product"
    assert rule.order(arguments_of(config), shapes(old)[:-1]) is None  # not what this optimizer writes


@pytest.mark.parametrize("name", ["nadam", "Nadam"])
def test_the_name_alone_that_3_3_keeps_is_the_optimizer(name: str) -> None:
    config = {"class_name": "Sequential", "config": {}, "compile_config": {"optimizer": name, "loss": "mse"}}
    rule = state_rule_for(config, Version("3.3.3"), parse_readers("3.10"))
    assert rule is not None
    old = ["step", "rate", "product", "m0", "v0"]
    assert [old[i] for i in rule.order(arguments_of(config), shapes(old)) or ()][-1] == "product"
    other = {**config, "compile_config": {"optimizer": "adam", "loss": "mse"}}
    assert state_rule_for(other, Version("3.3.3"), parse_readers("3.10")) is None


def test_other_optimizers_stay() -> None:
    assert state_rule_for(compiled("Adam"), OLD, parse_readers("3.10")) is None
    assert state_rule_for({"class_name": "Sequential", "config": {}}, OLD, parse_readers("3.10")) is None
