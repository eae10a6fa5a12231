"""Write ``docs/rules``: one page a family, from the data of the rules themselves.

    python scripts/rule_pages.py            # write
    python scripts/rule_pages.py --check    # exit status 1 when a page is not what the rules say

Source rules come from ``codemods.rules``, model rules from ``migrate.dialects``; both are the same record. The page
``changes.md`` maps each of the 152 known source-level changes between Keras 2 and 3 to the rules about it.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from codemods.rules.api import SourceRule, all_source_rules  # noqa: E402
from migrate.findings import Rule  # noqa: E402

PAGES = ROOT / "docs" / "rules"
TITLES = {
    "API": "Names that are gone",
    "BCK": "Backends other than TensorFlow",
    "BKD": "keras.backend functions",
    "CBK": "Callbacks",
    "CFG": "Architectures",
    "CUS": "Custom layers, models, losses and metrics",
    "DAT": "Data and utilities",
    "ECO": "Packages around Keras 2",
    "ENV": "Environment variables",
    "EXP": "Export",
    "FMT": "Containers and files",
    "IMP": "Imports and namespaces",
    "JOIN": "Source and migrated models of a repository",
    "KON": "Keras 1",
    "LAY": "Layers",
    "LIB": "Libraries beside Keras",
    "LNK": "Links between source and models",
    "LOSS": "Losses of stored models",
    "LSS": "Losses, metrics, regularizers",
    "MET": "Metrics of stored models",
    "MIN": "Code of Keras 3 between its minors",
    "OPS": "TensorFlow functions in Keras code",
    "OPT": "Optimizers of stored models",
    "OPZ": "Optimizers",
    "PAR": "Parity",
    "RDR": "Readers",
    "PIN": "Requirement pins",
    "REP": "Inputs of the report",
    "REPO": "Whole repositories",
    "RUN": "Execution",
    "SAV": "Saving and export",
    "SEC": "Security",
    "SIL": "Silent changes of numbers",
    "TRN": "Training",
    "WGT": "Weights",
}
SEVERITY = {
    "silent": "silent: other numbers, no message",
    "error": "error",
    "warning": "warning",
    "info": "note",
}


def every_rule() -> list[Rule]:
    """Rules of source, of models, of the report and of repositories, by code."""
    rules: list[Rule] = list(all_source_rules())
    if find_spec("migrate.dialects.registry") is not None:
        rules += import_module("migrate.dialects.registry").all_rules()
    rules += import_module("migrate.report.compatibility.rules").RULES
    rules += import_module("migrate.repository.rules").RULES
    return sorted(rules, key=lambda rule: rule.code)


def fence(text: str) -> str:
    """A block of code; JSON and Python are told apart by their first character."""
    language = "json" if text.lstrip().startswith(("{", "[", '"')) else "python"
    return f"```{language}\n{text.strip()}\n```"


def reference(text: str) -> str:
    """``owner/repo#n`` and addresses as links."""
    if text.startswith("http"):
        return f"<{text}>"
    repository, found, number = text.partition("#")
    return (
        f"[{text}](https://github.com/{repository}/issues/{number})" if found and number.isdigit() else text
    )


def section(rule: Rule) -> str:
    """One rule."""
    facts = [SEVERITY[rule.severity.value], f"fix: {rule.fix.value}"]
    if rule.applies_to:
        facts.append(f"written with {rule.applies_to}")
    if isinstance(rule, SourceRule):
        if rule.destination:
            facts.append(f"needed for Keras {rule.destination}")
        if len(rule.targets) == 1:
            facts.append(f"only for `--target {min(rule.targets)}`")
    parts = [f"## {rule.code} {rule.name}", rule.summary, "*" + "; ".join(facts) + "*"]
    if rule.why:
        parts.append(rule.why)
    if rule.before:
        parts.append(("Before:\n\n" if rule.after else "") + fence(rule.before))
    if rule.after:
        parts.append("After:\n\n" + fence(rule.after))
    manual = getattr(rule, "manual", "")
    if manual:
        parts.append(f"By hand: {manual}.")
    proofs = getattr(rule, "proofs", ())
    if proofs:
        silent = " The unchanged program gives other results." if any(p.changes for p in proofs) else ""
        parts.append(
            f"Proof: {len(proofs)} program{'s' if len(proofs) > 1 else ''}, run under Keras 2 as written and under "
            f"Keras 3 as rewritten, with equal results.{silent}"
        )
    if rule.references:
        parts.append("See " + ", ".join(reference(text) for text in rule.references) + ".")
    return "\n\n".join(parts)


def changes(codes: Iterable[str]) -> str:
    """The page that maps known changes to rules."""
    known = set(codes)
    with (ROOT / "scripts" / "changes.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE, restval=""))
    covered = sum(bool(row["rules"]) for row in rows)
    lines = [
        "# The known changes and their rules",
        f"Of {len(rows)} source-level changes between Keras 2 and Keras 3, {covered} have a rule; for the others the "
        "reason stands beside them.",
        "| | change | rules | note |\n|---|---|---|---|\n"
        + "\n".join(
            f"| {row['change']} | {row['about']} | "
            + ", ".join(
                f"[{c}]({c.rstrip('0123456789')}.md)" if c in known else c for c in row["rules"].split()
            )
            + f" | {row['note']} |"
            for row in rows
        ),
    ]
    return "\n\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """File name to text."""
    rules = every_rule()
    families: dict[str, list[Rule]] = {}
    for rule in rules:
        families.setdefault(rule.family, []).append(rule)
    made = {
        f"{family}.md": f"# {family}: {TITLES.get(family, family)}\n\n"
        + "\n\n".join(section(rule) for rule in members)
        + "\n"
        for family, members in families.items()
    }
    rows = [
        f"| [{family}]({family}.md) | {TITLES.get(family, family)} | {len(members)} | "
        f"{sum(rule.fix.value != 'manual' for rule in members)} |"
        for family, members in sorted(families.items())
    ]
    made["index.md"] = (
        "# Rules\n\nGenerated from the rules by `scripts/rule_pages.py`. `keras-migrate explain CODE` prints the "
        "same.\n\n| family | about | rules | with a fix |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"
    )
    made["changes.md"] = changes(rule.code for rule in rules)
    return made


def main(check: bool) -> int:
    """Write the pages, or compare them."""
    wanted = pages()
    present = {file.name: file.read_text(encoding="utf-8") for file in PAGES.glob("*.md")}
    if check:
        stale = sorted(
            name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name)
        )
        for name in stale:
            sys.stdout.write(f"docs/rules/{name} is not what the rules say: run scripts/rule_pages.py\n")
        return 1 if stale else 0
    PAGES.mkdir(parents=True, exist_ok=True)
    for name in present.keys() - wanted.keys():
        (PAGES / name).unlink()
    for name, text in wanted.items():
        (PAGES / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
