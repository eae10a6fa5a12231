"""Which links of a folder are the folder's own: those that stay in it, and those of a Hugging Face cache."""

from __future__ import annotations

from pathlib import Path

_REPOSITORIES = ("models--", "datasets--", "spaces--")


def blobs_of(path: Path) -> Path | None:
    """The folder that holds the contents of a snapshot; None for what lies in no snapshot.

    ``huggingface_hub`` keeps a downloaded repository as ``models--OWNER--NAME/snapshots/REVISION/…``, whose files are
    links into ``models--OWNER--NAME/blobs`` beside it (its documentation, "Understand caching").

    Args:
        path: a snapshot, or something in one; absolute, without links.
    """
    for folder in (path, *path.parents):
        repository = folder.parent.parent
        if folder.parent.name == "snapshots" and repository.name.startswith(_REPOSITORIES):
            blobs = repository / "blobs"
            return blobs if blobs.is_dir() and not blobs.is_symlink() else None
    return None


def stays(path: Path, root: Path) -> bool:
    """Whether what a path leads to is held by a folder itself, or is the content that its snapshot stands for.

    Args:
        path: below ``root``; a link or not.
        root: the folder, without links.
    """
    real = path.resolve()
    return real.is_relative_to(root) or real.parent == blobs_of(root)
