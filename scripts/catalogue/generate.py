"""Write ``codemods/catalogue/data`` from the live APIs and the curated overlay.

    python scripts/catalogue/probe.py tf_keras                 > P/v2.json
    python scripts/catalogue/probe.py tf_keras.api._v1.keras   > P/v1.json
    python scripts/catalogue/probe.py keras._tf_keras.keras    > P/tf-3.15.1.json
    PYTHONPATH=<keras x.y.z> python scripts/catalogue/probe.py keras > P/keras-x.y.z.json    # each
    destination python scripts/catalogue/standalone.py 1.2=… 2.0=… python=… > P/standalone.json
    python scripts/catalogue/functions.py                      > P/functions.json
    python scripts/catalogue/generate.py P

What a live API can tell (names, signatures, aliases, versions) comes from the probes; what needs meaning (a
replacement, a note, what to do with an argument) comes from ``overlay/*.tsv``, where the first row that
matches wins over the ones with a wildcard. A name or argument that neither classifies is written as
``unclassified``; the test-suite refuses that.
"""

from __future__ import annotations

import sys
from fnmatch import fnmatchcase
from pathlib import Path

from members import member_tables
from sources import (
    DATA,
    Probe,
    Sources,
    best_alias,
    match,
    namespace,
    overlay,
    parameter_text,
    spans,
    write,
)


def modern_rows(sources: Sources) -> list[tuple[str, ...]]:
    """``modern.tsv``: one row for each name and each form of its signature."""
    rows: list[tuple[str, ...]] = []
    names = {name for probe in sources.modern for name in probe["names"]}
    tf_names = sources.tf["names"]
    for name in names | set(tf_names):
        where = {(True, True): "both", (True, False): "keras", (False, True): "tf"}[
            (name in names, name in tf_names)
        ]
        if where == "tf":
            record = tf_names[name]
            rows.append((name, record["kind"], where, "", parameter_text(record)))
            continue
        records = [probe["names"].get(name) for probe in sources.modern]
        texts = {parameter_text(record) for record in records if record}
        for text in texts:
            present = [record is not None and parameter_text(record) == text for record in records]
            kind = next(record["kind"] for record in records if record and parameter_text(record) == text)
            rows.append((name, kind, where, spans(present, sources.versions), text))
    return rows


def legacy_rows(sources: Sources, changed: set[str]) -> list[tuple[str, ...]]:
    """``legacy.tsv``: one row a public name of tf-keras 2.21 (both trees)."""
    curated = overlay("names")
    v1, v2 = sources.v1["names"], sources.v2["names"]
    latest, tf_names = sources.latest, sources.tf["names"]
    aliases: dict[str, list[str]] = {}
    for name, record in {**v1, **v2}.items():
        if "object" in record and record["kind"] in {"class", "function"}:
            aliases.setdefault(record["object"], []).append(name)
    rows: list[tuple[str, ...]] = []
    for name in set(v1) | set(v2):
        record = v2.get(name) or v1[name]
        trees = " ".join(tree for tree, found in (("v1", v1), ("v2", v2)) if name in found)
        row = match(curated, "pattern", name)
        survivors = [other for other in aliases.get(record.get("object", ""), []) if other in latest]
        legacy_text = parameter_text(record)
        group = aliases.get(record.get("object", ""), [name])
        same_as = min(group, key=lambda other: ("experimental" in other, other.count("."), len(other), other))
        in_tf = name if name in tf_names else ""
        tf_survivors = [other for other in group if other in tf_names]
        if not in_tf and tf_survivors:
            in_tf = best_alias(name, tf_survivors)
        if row is not None and (row["status"] in {"replaced", "behaviour"} or name not in latest):
            if (
                name not in latest
                and row["status"] not in {"function", "moved"}
                and survivors
                and "*" in row["pattern"]
            ):
                target = best_alias(name, survivors)
                rows.append((name, record["kind"], trees, "moved", target, in_tf, same_as, "", legacy_text))
                continue
            keras = row["keras"]
            tf_target = keras or in_tf
            if row["rule"] == "OPZ":
                tf_target = ""  # the names exist, and raise ImportError when they are called
            rows.append(
                (
                    name,
                    record["kind"],
                    trees,
                    row["status"],
                    keras,
                    tf_target,
                    same_as,
                    row["note"],
                    legacy_text,
                )
            )
        elif name in latest:
            status = "changed" if name in changed else "unchanged"
            target = row["keras"] if row and row["pattern"] == name else name
            rows.append((name, record["kind"], trees, status, target, in_tf, same_as, "", legacy_text))
        elif survivors:
            target = best_alias(name, survivors)
            rows.append((name, record["kind"], trees, "moved", target, in_tf, same_as, "", legacy_text))
        else:
            rows.append((name, record["kind"], trees, "unclassified", "", in_tf, same_as, "", legacy_text))
    return rows


HOMES = {
    "layers": ("layers", "activations", "initializers"),
    "engine": ("layers", "models", "", "losses", "utils"),
    "models": ("models", "layers", ""),
    "utils": ("utils", "saving", "losses"),
    "objectives": ("losses",),
    "losses": ("losses",),
    "initializations": ("initializers",),
    "optimizer_v1": ("optimizers",),
    "optimizer_v2": ("optimizers", "optimizers.schedules"),
    "optimizers": ("optimizers", "optimizers.schedules"),
    "saving": ("saving", "models"),
    "legacy": ("layers", "models"),
    "legacy_tf_layers": ("__internal__.legacy.layers",),
    "premade": ("experimental",),
    "feature_column": ("layers", "experimental"),
    "callbacks_v1": ("callbacks",),
    "distribute": (),
    "mixed_precision": ("mixed_precision",),
    "backend_config": ("backend",),
}
"""Where the public names of an old module live now, in the order to try."""

PUBLIC_DEPTH = {"legacy", "engine", "backend.common", "backend.load_backend"}


def old_home(path: str, public: dict[str, str], kind: str) -> str | None:
    """The public name that an old module path meant, or None."""
    head, _, last = path.rpartition(".")
    first = head.split(".")[0] if head else ""
    homes = [*HOMES.get(first, (first,))]
    parts = head.split(".")
    if first in {"applications", "datasets", "preprocessing"}:
        homes = [".".join(parts[:2]), first]
    if first == "backend":
        homes = ["backend"]
    for home in homes:
        name = f"{home}.{last}" if home else last
        found = public.get(name)
        if found is not None and (found == kind or kind in {"import", "value"}):
            return name
    return None


def path_rows(sources: Sources) -> list[tuple[str, ...]]:
    """``paths.tsv``.

    Names of Keras 1, stand-alone Keras 2 and tensorflow.python.keras that tf-keras has not.
    """
    curated = overlay("paths")
    public = {
        name: record["kind"] for probe in (sources.v1, sources.v2) for name, record in probe["names"].items()
    }
    rows: list[tuple[str, ...]] = []
    functions = {name for row in overlay("functions") for name in row["function"].split()}
    for path, record in sources.standalone.items():
        if path in public:
            continue
        kind = record["kind"]
        versions = " ".join(record["versions"])
        if path in functions:
            rows.append((path, kind, versions, "function", "", ""))
            continue
        row = match(curated, "pattern", path)
        if row is not None and "*" not in row["pattern"]:
            rows.append((path, kind, versions, row["status"], row["canonical"], row["note"]))
            continue
        home = old_home(path, public, kind)
        if home is not None:
            rows.append((path, kind, versions, "alias", home, ""))
        elif row is not None:
            rows.append((path, kind, versions, row["status"], row["canonical"], row["note"]))
        elif kind == "module":
            parent = path.rpartition(".")[0]
            rows.append((path, kind, versions, "internal", parent if parent in public else "", ""))
        elif kind in {"import", "value"} and "." in namespace(path):
            continue  # a helper that a module imports or a constant of it: no name of the library
        elif "." in namespace(path) or "python" in versions or namespace(path) in PUBLIC_DEPTH:
            rows.append((path, kind, versions, "internal", "", ""))
        elif kind == "import":
            continue
        else:
            rows.append((path, kind, versions, "unclassified", "", ""))
    return rows


def argument_names(text: str) -> list[str]:
    """Parameter names of a signature text, inherited ones too."""
    names = [word.partition("=")[0] for word in text.split()]
    return [name for name in names if name != "+" and not name.startswith("*")]


def argument_rows(sources: Sources) -> list[tuple[str, ...]]:
    """``arguments.tsv``: one row for each argument that changed on a name that lives on."""
    curated = overlay("arguments")
    rows: list[tuple[str, ...]] = []
    v2 = {**sources.v1["names"], **sources.v2["names"]}

    groups: dict[str, list[str]] = {}
    for name, record in v2.items():
        groups.setdefault(record.get("object", name), []).append(name)

    def policy(symbol: str, argument: str, change: str) -> tuple[str, str, str]:
        names = groups[v2[symbol].get("object", symbol)]
        fitting = [
            row
            for row in curated
            if row["change"] == change
            and any(fnmatchcase(name, row["symbol"]) for name in names)
            and fnmatchcase(argument, row["argument"])
        ]
        if not fitting:
            return ("unclassified", "", "")
        row = max(fitting, key=lambda r: ("*" not in r["symbol"], "*" not in r["argument"], len(r["symbol"])))
        return (row["policy"], row["value"], row["note"])

    for name, record in v2.items():
        if record["kind"] not in {"class", "function"} or not record.get("parameters"):
            continue
        own = [p for p in record["parameters"] if p[1] not in {"args", "kwargs"}]
        per_version: list[Probe | None] = [probe["names"].get(name) for probe in sources.modern]
        if not any(per_version):
            continue
        for argument, _kind, default in own:
            gone = [
                found is None
                or (
                    found.get("parameters") is not None
                    and argument not in argument_names(parameter_text(found))
                )
                for found in per_version
            ]
            if all(found is None for found in per_version):
                continue
            if any(g for g, found in zip(gone, per_version, strict=True) if found is not None):
                rows.append(
                    (
                        name,
                        argument,
                        "removed",
                        spans(gone, sources.versions),
                        *policy(name, argument, "removed"),
                    )
                )
            now = per_version[-1]
            if now is None or now.get("parameters") is None:
                continue
            new = {p[0]: p[2] for p in now["parameters"]}
            if argument in new and new[argument] != default:
                change = (name, argument, "default", "", *policy(name, argument, "default"))
                rows.append((*change[:3], f"{default} -> {new[argument]}", *change[4:]))
        now = per_version[-1]
        if now is not None and now.get("parameters") is not None:
            old_order = [p[0] for p in record["parameters"] if p[1] == "both"]
            new_order = [p[0] for p in now["parameters"] if p[1] == "both"]
            for index, argument in enumerate(old_order):
                if index < len(new_order) and new_order[index] == argument:
                    continue
                if argument in argument_names(parameter_text(now)):
                    place = str(new_order.index(argument)) if argument in new_order else "keyword"
                    rows.append((name, argument, "position", f"{index} -> {place}", "keyword", "", ""))
    for row in curated:  # arguments that only ``**kwargs`` took
        if row["change"] != "removed" or row["policy"] == "same":
            continue
        if "*" in row["symbol"] and "*" not in row["argument"]:
            rows.append(
                (row["symbol"], row["argument"], "removed", "", row["policy"], row["value"], row["note"])
            )
        elif "*" not in row["symbol"]:
            found = [probe["names"].get(row["symbol"]) for probe in sources.modern]
            gone = [f is None or row["argument"] not in argument_names(parameter_text(f)) for f in found]
            for name in groups.get(v2.get(row["symbol"], {}).get("object", row["symbol"]), [row["symbol"]]):
                where = spans(gone, sources.versions)
                rows.append(
                    (name, row["argument"], "removed", where, row["policy"], row["value"], row["note"])
                )
    return rows


FORGOTTEN = {
    "backend.get_variable_shape": "x",
    "backend.is_tensor": "x",
    "backend.is_variable": "x",
    "backend.logsumexp": "x axis=None keepdims=False",
    "backend.random_binomial": "shape p=0.0 dtype=None seed=None",
    "backend.separable_conv1d": (
        "x depthwise_kernel pointwise_kernel strides=1 padding='valid' data_format=None dilation_rate=1"
    ),
    "backend.set_image_dim_ordering": "dim_ordering",
    "backend.size": "x name=None",
    "backend.slice": "x start size",
    "tf.range": "start limit=None delta=1 dtype=None name=None",
}
"""Functions that stand-alone Keras had and tf-keras has not, and one whose signature Python cannot tell."""


def function_rows(sources: Sources) -> list[tuple[str, ...]]:
    """``functions.tsv``: the curated mapping with the parameters of the live function."""
    rows = []
    for row in overlay("functions"):
        rows += [
            (
                name,
                FORGOTTEN.get(name) or sources.functions.get(name, ""),
                row["call"],
                row["fix"],
                row["severity"],
                row["note"],
            )
            for name in row["function"].split()
        ]
    return rows


def main(folder: Path) -> None:
    """Write every table."""
    sources = Sources(folder)
    DATA.mkdir(parents=True, exist_ok=True)
    write("modern", ("name", "kind", "where", "versions", "parameters"), modern_rows(sources))
    header = ("name", "kind", "trees", "status", "keras", "tf", "same", "note", "parameters")
    arguments = argument_rows(sources)
    changed = {row[0] for row in arguments if row[4] != "same"}
    write("legacy", header, legacy_rows(sources, changed))
    write("paths", ("path", "kind", "versions", "status", "canonical", "note"), path_rows(sources))
    write(
        "arguments",
        ("symbol", "argument", "change", "where", "policy", "value", "note"),
        arguments,
    )
    modern, legacy, lost = member_tables(sources)
    write("modern_members", ("class", "bases", "members"), modern)
    write("legacy_members", ("class", "bases", "members"), legacy)
    write("lost_members", ("class", "member", "policy", "value", "note"), lost)
    write(
        "functions",
        ("function", "parameters", "call", "fix", "severity", "note"),
        function_rows(sources),
        ordered=False,
    )
    keras1 = overlay("keras1")
    write("keras1", tuple(keras1[0]), [tuple(row.values()) for row in keras1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
