"""Find the photos that the arguments of `coralchunk classify` name."""

from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path
from typing import Final

import click

#: Endings of the files that are taken from a folder; raw files are among them so that their refusal is told.
PHOTO_SUFFIXES: Final = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".gif", ".bmp", ".heic", ".heif"}
    | {".hif", ".avif", ".mpo", ".dng", ".nef", ".cr2", ".cr3", ".arw", ".orf", ".rw2", ".raf", ".pef"}
)


@dataclass(frozen=True, slots=True)
class FoundPhotos:
    """Photos in the order of the arguments, each once, and how many other files their folders hold."""

    photos: tuple[Path, ...]
    other_files: int


def find_photos(arguments: tuple[str, ...], results: Path) -> FoundPhotos:
    """Find the photos that files, folders and patterns name.

    A folder stands for all photos in it and below it, sorted by path, without hidden files and without
    `results`; a pattern such as "dive*/*.jpg" for what it matches, for shells that do not expand it.
    Raises click.BadParameter where an argument names nothing.
    """
    found: dict[Path, None] = {}
    other_files = 0
    for argument in arguments:
        for path in _named(argument):
            if path.is_file():
                found[path] = None
                continue
            files = list(_files_below(path, results))
            photos = [file for file in files if file.suffix.lower() in PHOTO_SUFFIXES]
            if not photos:
                raise click.BadParameter(f"the folder {str(path)!r} holds no photo")
            found.update(dict.fromkeys(photos))
            other_files += len(files) - len(photos)
    return FoundPhotos(tuple(found), other_files)


def _named(argument: str) -> list[Path]:
    if Path(argument).exists():
        return [Path(argument)]
    matches = sorted(glob(argument, recursive=True)) if has_magic(argument) else []  # noqa: PTH207 - absolute too
    if not matches:
        raise click.BadParameter(f"no file, folder or match of a pattern is called {argument!r}")
    return [Path(match) for match in matches]


def _files_below(folder: Path, results: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and results.resolve() not in path.resolve().parents
    )
