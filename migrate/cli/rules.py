"""``keras-migrate rules`` and ``keras-migrate explain``: every rule, of models and of source."""

from __future__ import annotations

import json
import sys
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click

from codemods.renamed import today
from migrate.findings import Rule


def every_rule() -> dict[str, Rule]:
    """All rules by code: of source, of models where the dialects are installed, of the report."""
    from codemods.rules.api import all_source_rules

    rules: dict[str, Rule] = {rule.code: rule for rule in all_source_rules()}
    if find_spec("migrate.dialects.registry") is not None:
        rules.update({rule.code: rule for rule in import_module("migrate.dialects.registry").all_rules()})
    rules.update({rule.code: rule for rule in import_module("migrate.report.compatibility.rules").RULES})
    return dict(sorted(rules.items()))


def _record(rule: Rule) -> dict[str, Any]:
    record: dict[str, Any] = {
        "code": rule.code,
        "name": rule.name,
        "summary": rule.summary,
        "severity": rule.severity.value,
        "fix": rule.fix.value,
        "applies_to": rule.applies_to,
        "before": rule.before,
        "after": rule.after,
        "why": rule.why,
        "references": list(rule.references),
    }
    destination = getattr(rule, "destination", None)
    if destination is not None:
        record |= {
            "kind": "source",
            "destination": destination,
            "targets": sorted(getattr(rule, "targets", ())),
        }
    else:
        record["kind"] = "model"
    return record


@click.command(short_help="List every rule, of models and of source.")
@click.argument("families", nargs=-1)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rules(families: tuple[str, ...], format_: str) -> None:
    """List the rules, or those whose code begins with one of FAMILIES."""
    wanted = tuple(family.upper() for family in families)
    found = [rule for code, rule in every_rule().items() if not wanted or code.startswith(wanted)]
    if not found:
        raise click.UsageError(f"no rule begins with {' or '.join(wanted)}")
    if format_ == "json":
        click.echo(json.dumps([_record(rule) for rule in found], indent=2))
        return
    for rule in found:
        click.echo(f"{rule.code:<8}{rule.severity.value:<9}{rule.fix.value:<8}{rule.summary}")


@click.command(short_help="Explain one rule: why, before and after, references.")
@click.argument("code")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(code: str, format_: str) -> None:
    """Explain the rule with CODE."""
    known = every_rule()
    rule = known.get(today(code.upper())) or next((r for r in known.values() if r.name == code.lower()), None)
    if rule is None:
        close = get_close_matches(code.upper(), known, n=3)
        hint = f"; did you mean {' or '.join(close)}?" if close else "; see keras-migrate rules"
        click.echo(f"Error: there is no rule {code}{hint}", err=True)
        sys.exit(2)
    if format_ == "json":
        click.echo(json.dumps(_record(rule), indent=2))
        return
    click.echo(page(rule))


def page(rule: Rule) -> str:
    """A rule as a page of text."""
    lines = [click.style(f"{rule.code} {rule.name}", bold=True), "", rule.summary, ""]
    lines.append(f"without it: {_SEVERITIES[rule.severity.value]}")
    lines.append(f"the tool:   {_FIXES[rule.fix.value]}")
    if rule.applies_to:
        lines.append(f"written by: Keras {rule.applies_to}")
    destination = getattr(rule, "destination", "")
    if destination:
        lines.append(f"running on: Keras {destination}")
    targets = getattr(rule, "targets", None)
    if targets:
        lines.append(f"targets:    {', '.join(sorted(targets))}")
    if rule.why:
        lines += ["", rule.why]
    for title, text in (("before", rule.before), ("after", rule.after)):
        if text:
            lines += ["", f"{title}:", *(f"    {line}".rstrip() for line in text.rstrip("\n").split("\n"))]
    manual = getattr(rule, "manual", "")
    if manual:
        lines += ["", f"by hand: {manual}"]
    proofs = getattr(rule, "proofs", ())
    if proofs:
        lines += ["", _proven(proofs)]
    if rule.references:
        lines += ["", "references:", *(f"    {reference}" for reference in rule.references)]
    return "\n".join(lines)


def _proven(proofs: tuple[Any, ...]) -> str:
    silent = sum(proof.changes for proof in proofs)
    programs = f"{len(proofs)} program{'s' if len(proofs) != 1 else ''}"
    text = f"proof: {programs} run under tf-keras and, rewritten, under Keras 3"
    return f"{text}; unchanged, {silent} of them give other numbers" if silent else text


_SEVERITIES = {
    "error": "an error",
    "silent": "other numbers, without an error",
    "warning": "a warning, or nothing yet",
    "info": "nothing breaks",
}
_FIXES = {
    "safe": "rewrites it",
    "unsafe": "rewrites it with --unsafe: right in most cases, so read the diff",
    "manual": "reports it: a person has to decide",
}
