"""The members of classes: what the modern ones have, the legacy ones had, and which were lost."""

from __future__ import annotations

from fnmatch import fnmatchcase

from sources import (
    Probe,
    Sources,
    overlay,
)


def public_names(probe: Probe) -> dict[str, str]:
    """Object identity to its shortest public name."""
    found: dict[str, str] = {}
    for name, record in probe["names"].items():
        if record["kind"] == "class":
            key = record["object"]
            old = found.get(key)
            if old is None or (name.count("."), len(name), name) < (old.count("."), len(old), old):
                found[key] = name
    return found


def private(identity: str) -> str:
    """``keras.src.layers.x:Y`` to ``src.layers.x.Y``."""
    return identity.partition(".")[2].replace(":", ".")


def member_tables(
    sources: Sources,
) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Members of modern and legacy classes, and the lost ones with their policy."""

    def table(probe: Probe) -> list[tuple[str, ...]]:
        names = public_names(probe)
        rows = []
        for identity, record in probe["classes"].items():
            own = names.get(identity, private(identity))
            bases = " ".join(names.get(base, private(base)) for base in record["bases"])
            rows.append((own, bases, " ".join(sorted(record["members"]))))
        return rows

    curated = overlay("members")
    v2, latest = sources.v2, sources.modern[-1]
    old_names, lost = public_names(v2), {}
    for identity, name in old_names.items():
        record = latest["names"].get(name)
        if record is None or record["kind"] != "class":
            continue
        new = latest["classes"][record["object"]]
        have = set(new["members"]).union(*(latest["classes"][base]["members"] for base in new["bases"]))
        old = v2["classes"][identity]
        for base in [identity, *old["bases"]]:
            for member in v2["classes"][base]["members"]:
                if member not in have:
                    lost[(old_names.get(base, private(base)), member)] = True
    for row in curated:
        if "*" not in row["class"] and "*" not in row["member"]:
            lost.setdefault((row["class"], row["member"]), False)
    rows = []
    for cls, member in lost:
        fitting = [r for r in curated if fnmatchcase(cls, r["class"]) and fnmatchcase(member, r["member"])]
        if not fitting:
            rows.append((cls, member, "unclassified", "", ""))
            continue
        best = max(fitting, key=lambda r: ("*" not in r["class"], "*" not in r["member"]))
        rows.append((cls, member, best["policy"], best["value"], best["note"]))
    return table(latest), table(v2), rows
