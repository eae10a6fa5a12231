"""Apply the steps of the dialects, in order, and note each rule that fired."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from migrate.capsule.model import Layer, Model, map_layers
from migrate.dialects.rule import Era, LayerRule, ModelRule, Notes, Step, rules_of
from migrate.findings import Finding, Fix, Rule, Severity


def upgrade(model: Model, era: Era, steps: tuple[Step, ...], notes: Notes) -> Model:
    """The model after the given steps.

    Each rule sees what the rules before it made; a rule that answers with the same object did not fire.
    """
    notes.see(model)
    for step in steps:
        for rule in rules_of(step):
            if rule.rule.code in era.without:
                continue
            before = model
            if isinstance(rule, LayerRule):
                model = map_layers(model, partial(_apply_to_layer, rule, era, notes))
            elif rule.applies(era):
                model = _apply_to_model(rule, model, era, notes, model.name)
            if model is not before:
                notes.see(model)
    return model


def _apply_to_layer(rule: LayerRule, era: Era, notes: Notes, path: tuple[str, ...], layer: Layer) -> Layer:
    if not rule.applies(layer, era):
        return layer
    changed = rule.change(layer, era)
    if changed is not layer:
        notes.record(rule.rule.code, "/".join(path), *_difference(layer, changed))
        _warn(rule.rule, "/".join(path), notes)
    return changed


def _apply_to_model(rule: ModelRule, model: Model, era: Era, notes: Notes, place: str) -> Model:
    layers = tuple(_apply_inside(rule, layer, era, notes, f"{place}/{layer.name}") for layer in model.layers)
    if any(new is not old for new, old in zip(layers, model.layers, strict=True)):
        model = replace(model, layers=layers)
    changed = rule.change(model, era, notes)
    if changed is not model:
        names = [layer.name for layer in model.layers], [layer.name for layer in changed.layers]
        before, after = names if names[0] != names[1] else (None, None)
        notes.record(rule.rule.code, place, before, after)
        _warn(rule.rule, place, notes)
    return changed


def _apply_inside(rule: ModelRule, layer: Layer, era: Era, notes: Notes, place: str) -> Layer:
    """The layer with the rule applied to every model in it: a nested one, and one that ``TimeDistributed`` wraps."""
    children = {
        attribute: _apply_inside(rule, child, era, notes, f"{place}/{attribute}")
        for attribute, child in layer.children.items()
    }
    if any(children[attribute] is not child for attribute, child in layer.children.items()):
        layer = replace(layer, children=children)
    if layer.model is None:
        return layer
    inner = _apply_to_model(rule, layer.model, era, notes, place)
    return layer if inner is layer.model else replace(layer, model=inner)


def _warn(rule: Rule, place: str, notes: Notes) -> None:
    """A rule that leaves something to a person says so in the report, not only in the record."""
    if rule.fix is Fix.MANUAL:
        hint = f"keras-migrate explain {rule.code} says what to look at."
        notes.findings.append(Finding(rule.code, Severity.WARNING, rule.summary, hint, place))


def _difference(old: Layer, new: Layer) -> tuple[Any, Any]:
    """What changed of a layer, as two small JSON values."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if old.class_name != new.class_name:
        before["class_name"], after["class_name"] = old.class_name, new.class_name
    for key in [*old.config, *(k for k in new.config if k not in old.config)]:
        if old.config.get(key) != new.config.get(key) or (key in old.config) != (key in new.config):
            before |= {key: old.config[key]} if key in old.config else {}
            after |= {key: new.config[key]} if key in new.config else {}
    if old.weights is not new.weights:
        shapes = _shapes(old.weights), _shapes(new.weights)
        if shapes[0] == shapes[1]:
            changed = [role for role in old.weights if old.weights[role] is not new.weights[role]]
            after |= {"weights_changed": changed} if changed else {}
        else:
            before["weights"], after["weights"] = shapes
    return _jsonable(before), _jsonable(after)


def _shapes(weights: Mapping[str, Any]) -> dict[str, list[int]]:
    return {role: list(array.shape) for role, array in weights.items()}


def _jsonable(value: dict[str, Any]) -> Any:
    return _finite(json.loads(json.dumps(value, default=str))) or None


def _finite(value: Any) -> Any:
    """Infinities in words: ``keras.backend.sqrt`` left the bound of a minimum in configurations, JSON has none."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
