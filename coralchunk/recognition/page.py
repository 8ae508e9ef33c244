"""Describe which part of a list is asked for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list."""

    offset: int  # rows before it
    limit: int  # rows in it at most
