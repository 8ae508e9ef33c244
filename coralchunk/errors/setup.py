"""Errors in the installation or its settings; operators correct them."""

from coralchunk.errors import CoralchunkError


class BadSetup(CoralchunkError):
    """The installation or its settings are wrong."""


class BadSetting(BadSetup):
    """A setting has a value that cannot be used."""

    def __init__(self, variable: str, value: str, reason: str) -> None:
        super().__init__(f"{variable}={value!r}: {reason}")


class BadModel(BadSetup):
    """A model's file or manifest is not what it should be."""


class BadLabels(BadSetup):
    """Labelled photos cannot be read as such."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place} cannot be used as labels: {reason}.")


class AlreadyServing(BadSetup):
    """Another server uses the same data folder."""

    def __init__(self, folder: str, pid: str) -> None:
        super().__init__(
            f"A coralchunk server (process {pid}) already uses {folder}."
            " Stop it first, or set CORALCHUNK_DATA_DIR to another folder."
        )
