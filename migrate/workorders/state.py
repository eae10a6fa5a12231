"""Where work orders are kept: below ``.keras-migrate`` of the repository, with the sources they are judged against.

    .keras-migrate/orders/work-orders.json   the record, sealed with this user's key
    .keras-migrate/orders/work-orders.md     the same for people
    .keras-migrate/orders/before/            the sources as they were written for Keras 1 or 2
    .keras-migrate/orders/accepted/          the sources as of the last accepted state

A repository, or whoever edits it, may bring a record of its own. So both folders are compared with digests in the
record, and the record with its seal, before anything is judged.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from codemods.files.discovery import Wanted, discover
from codemods.files.journal import STATE, digest, seal_of, write_atomically
from migrate.findings import MigrationError
from migrate.workorders.records import WorkOrder, WorkOrders

FOLDER = Path(STATE) / "orders"
RECORD = "work-orders.json"
PAGE = "work-orders.md"


@dataclass(frozen=True, slots=True)
class State:
    """Work orders and what they are judged against.

    Attributes:
        root: of the repository.
        record: the orders.
    """

    root: Path
    record: WorkOrders

    @property
    def before(self) -> Path:
        """Sources as written for Keras 1 or 2."""
        return self.root / FOLDER / "before"

    @property
    def accepted(self) -> Path:
        """Sources as of the last accepted state."""
        return self.root / FOLDER / "accepted"

    def order(self, name: str) -> WorkOrder:
        """One order.

        Raises:
            MigrationError: ``ORD002``, there is none of this name.
        """
        for order in self.record.orders:
            if order.id == name:
                return order
        known = ", ".join(order.id for order in self.record.orders[:5]) or "none"
        raise MigrationError("ORD002", f"there is no work order {name}", f"There are {known}, …")


def python_files(root: Path) -> dict[str, bytes]:
    """Every Python file of a repository by its path with slashes; what git ignores is left out."""
    files = discover([root], Wanted(pins=False))
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in files
        if file.suffix == ".py" and not file.is_symlink()
    }


def save(
    root: Path, record: WorkOrders, page: str, before: Mapping[str, bytes], accepted: Mapping[str, bytes]
) -> State:
    """Write orders and sources, in place of earlier ones.

    Raises:
        OSError: something cannot be written.
        MigrationError: ``ORD003``, a link stands in the place of the folder.
    """
    home = root / FOLDER
    if home.is_symlink() or (root / STATE).is_symlink():
        raise MigrationError(
            "ORD003", f"{home} is a link", "Remove it, so that work orders stay in the repository."
        )
    if home.is_dir():
        shutil.rmtree(home)
    for folder, files in (("before", before), ("accepted", accepted)):
        for name, data in files.items():
            target = home / folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    home.mkdir(parents=True, exist_ok=True)
    ignore = root / STATE / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    full = msgspec.structs.replace(
        record,
        before={name: digest(data) for name, data in before.items()},
        files={name: digest(data) for name, data in accepted.items()},
    )
    sealed = msgspec.structs.replace(full, seal=_seal(root, full))
    write_atomically(home / PAGE, page.encode())
    write_atomically(home / RECORD, msgspec.json.format(msgspec.json.encode(sealed), indent=1) + b"\n")
    return State(root, sealed)


def load(root: Path) -> State:
    """Read the orders of a repository.

    Raises:
        MigrationError: ``ORD001`` when there are none, ``ORD003`` when they are not as they were written.
    """
    root = root.resolve()
    try:
        record = msgspec.json.decode((root / FOLDER / RECORD).read_bytes(), type=WorkOrders)
    except FileNotFoundError:
        hint = f"Write them with `keras-migrate orders {root}`."
        raise MigrationError("ORD001", f"{root} has no work orders", hint) from None
    except (OSError, msgspec.DecodeError) as error:
        raise _changed(root, f"the record cannot be read: {error}") from error
    if record.seal != _seal(root, record):
        raise _changed(root, "the record was not written by you on this machine, or was changed")
    state = State(root, record)
    for folder, digests in ((state.before, record.before), (state.accepted, record.files)):
        for name, told in digests.items():
            file = folder / name
            if not file.is_file() or digest(file.read_bytes()) != told:
                raise _changed(root, f"{folder.name}/{name} was changed")
    return state


def _changed(root: Path, why: str) -> MigrationError:
    return MigrationError(
        "ORD003",
        f"the work orders of {root} cannot be trusted: {why}",
        f"Write them again: `keras-migrate orders {root}`.",
    )


def _seal(root: Path, record: WorkOrders) -> str:
    """The seal of a record as it will be read again: 0 and 0.0 are one number in a file."""
    data = msgspec.json.encode(msgspec.structs.replace(record, seal=""))
    return seal_of(root, msgspec.json.encode(msgspec.json.decode(data, type=WorkOrders)))
