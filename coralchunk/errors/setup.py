"""Define the errors about the installation and its settings, which operators correct."""

from coralchunk.errors import CoralchunkError


class BadSetup(CoralchunkError):
    """The installation or its settings are wrong."""


class BadSetting(BadSetup):
    """A setting has a value that cannot be used."""

    def __init__(self, variable: str, value: str, reason: str) -> None:
        super().__init__(f"{variable}={value!r}: {reason}")


class BadModel(BadSetup):
    """The file or the manifest of a model is invalid."""


class BadLabels(BadSetup):
    """Labelled photos cannot be read."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place} cannot be used as labels: {reason}.")


class OtherStorage(BadSetup):
    """This process uses another storage than the other processes on its Redis."""

    def __init__(self, place: str, found: str | None, expected: str | None) -> None:
        what = "has no id" if found is None else f"has the id {found[:8]}"
        super().__init__(
            f"{place} is not the storage of the other processes on this Redis: it {what}, theirs is"
            f" {(expected or 'unknown')[:8]}. Set CORALCHUNK_STORAGE_URL (or CORALCHUNK_DATA_DIR) as they"
            " have it. If the old storage is gone, `coralchunk jobs accept-storage` makes this one theirs."
        )


class AlreadyServing(BadSetup):
    """Another server uses the same data folder."""

    def __init__(self, folder: str, pid: str) -> None:
        super().__init__(
            f"A coralchunk server (process {pid}) already uses {folder}."
            " Stop it first, or set CORALCHUNK_DATA_DIR to another folder."
        )
