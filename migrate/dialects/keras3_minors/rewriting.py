"""Rewrite the configuration inside an archive for the releases of Keras 3 that are to load it."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packaging.version import Version

from migrate.dialects.keras3_minors.registry import rewrite
from migrate.dialects.keras3_minors.versions import DEFAULT, Reader
from migrate.formats.archive import CONFIG

_CHUNK = 1 << 20


def make_portable(path: Path, writer: Version, readers: Sequence[Reader] = DEFAULT) -> list[str]:
    """Rewrite the configuration inside an archive; its other members are copied as they are.

    Args:
        path: the archive.
        writer: the Keras that wrote it.
        readers: releases that are to load it.

    Returns:
        codes of the rules that changed it.
    """
    with zipfile.ZipFile(path) as archive:
        written: dict[str, Any] = json.loads(archive.read(CONFIG))
        plain, fired = rewrite(written, writer, readers)
        if not fired:
            return []
        target = path.with_name(f"{path.name}.portable")
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as copy:
            for member in archive.infolist():
                if member.filename == CONFIG:
                    copy.writestr(_stored(member), json.dumps(plain))
                    continue
                with (
                    archive.open(member) as source,
                    copy.open(_stored(member), "w", force_zip64=True) as sink,
                ):
                    shutil.copyfileobj(source, sink, _CHUNK)
    target.replace(path)
    return fired


def _stored(member: zipfile.ZipInfo) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(member.filename, member.date_time)
    info.compress_type = zipfile.ZIP_STORED
    return info
