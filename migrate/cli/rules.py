"""``keras-migrate rules`` and ``keras-migrate explain``: every rule, of models and of source."""

from __future__ import annotations

import json
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from codemods.renamed import today
from migrate.cli.output import Output, example, output_options
from migrate.cli.own_code import is_migrated, own_code_page, read_record
from migrate.cli.values import did_you_mean, meant_code
from migrate.findings import Rule
from migrate.results import RECORD


def every_rule() -> dict[str, Rule]:
    """All rules by code: of source, of models where the dialects are installed, of the report and of repositories."""
    from codemods.rules.api import all_source_rules

    rules: dict[str, Rule] = {rule.code: rule for rule in all_source_rules()}
    if find_spec("migrate.dialects.registry") is not None:
        rules.update({rule.code: rule for rule in import_module("migrate.dialects.registry").all_rules()})
    rules.update({rule.code: rule for rule in import_module("migrate.report.compatibility.rules").RULES})
    rules.update({rule.code: rule for rule in import_module("migrate.repository.rules").RULES})
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


@click.command(
    epilog=example("rules            all", "rules IMP SIL    two families", "rules --json     for a program")
)
@click.argument("families", nargs=-1)
@output_options("text", "json")
def rules(families: tuple[str, ...], output: Output) -> None:
    """List the rules, or those whose code starts with one of FAMILIES.

    Exit status: 0 listed, 2 no rule code starts with it.
    """
    known = every_rule()
    wanted = tuple(family.upper() for family in families)
    for family in wanted:
        if not any(code.startswith(family) for code in known):
            raise click.UsageError(f"no rule has a code that begins with {family}{meant_code(family, known)}")
    found = [rule for code, rule in known.items() if not wanted or code.startswith(wanted)]
    if output.format == "json":
        click.echo(json.dumps([_record(rule) for rule in found], indent=2))
    elif output.text:
        console = output.console()
        for rule in found:
            line = f"{rule.code:<8}{rule.severity.value:<9}{rule.fix.value:<8}{rule.summary}"
            console.print(Text(line), soft_wrap=True)


@click.command(epilog=example("explain CFG006", "explain imp010 --json", "explain out/model"))
@click.argument("code", metavar="CODE|FOLDER")
@output_options("text", "json")
def explain(code: str, output: Output) -> None:
    """Explain the rule or reason with CODE: why, before and after, references.

    For the FOLDER of a migrated model: the author's code before and after, and how much each of its layers differs.

    Exit status: 0 explained, 2 no such rule.
    """
    if is_migrated(Path(code)):
        _explain_code(Path(code), output)
        return
    known = every_rule()
    rule = known.get(today(code.upper())) or next((r for r in known.values() if r.name == code.lower()), None)
    if rule is None:
        names = {*known, *(one.name.upper() for one in known.values())}
        hint = did_you_mean(code.upper(), names, "keras-migrate rules lists them")
        raise click.UsageError(f"there is no rule {code}{hint}")
    if output.format == "json":
        click.echo(json.dumps(_record(rule), indent=2))
    elif output.text:
        output.console().print(Text(f"{rule.code} {rule.name}", "bold"), Text(page(rule)), sep="\n")


def _explain_code(folder: Path, output: Output) -> None:
    try:
        record = read_record(folder)
    except ValueError as error:
        raise click.UsageError(f"{folder / RECORD} cannot be read: {error}") from error
    if output.format == "json":
        click.echo(json.dumps(record.get("own_code", {}), indent=2))
    elif output.text:
        output.console().print(Text(own_code_page(record)), soft_wrap=True)


def page(rule: Rule) -> str:
    """A rule as a page of text, below its code and name."""
    lines = ["", rule.summary, ""]
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
    "manual": "reports it: a developer has to decide",
}
