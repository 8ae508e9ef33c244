"""Read protocol buffers field by field, without trusting a length, a depth or a number of fields.

A library would build objects of the whole message before the first limit could be checked. Here large fields
are skipped by their length, and a budget limits how many fields are read.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

VARINT: Final = 0
FIXED_64: Final = 1
BYTES: Final = 2
FIXED_32: Final = 5
_LONGEST_VARINT: Final = 10


class BrokenMessage(Exception):
    """The bytes are not a protocol buffer message, or have too many fields."""


@dataclass(slots=True)
class Budget:
    """How many more fields may be read."""

    fields: int

    def spend(self) -> None:
        """Count one field. Raises BrokenMessage when none is left."""
        self.fields -= 1
        if self.fields < 0:
            raise BrokenMessage("it has too many parts")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message: a number for VARINT, else its bytes."""

    number: int
    wire_type: int
    value: int
    content: memoryview

    @property
    def text(self) -> str:
        """The content as text. Raises BrokenMessage."""
        try:
            return bytes(self.content).decode()
        except UnicodeDecodeError:
            raise BrokenMessage("a name in it is no UTF-8") from None


def read_fields(message: memoryview, budget: Budget) -> Iterator[Field]:
    """Yield the fields of a message in the order in which they stand. Raises BrokenMessage."""
    place, end = 0, len(message)
    while place < end:
        budget.spend()
        tag, place = _varint(message, place)
        number, wire_type = tag >> 3, tag & 7
        if number == 0:
            raise BrokenMessage("it has a field without a number")
        value, length = 0, 0
        if wire_type == VARINT:
            value, place = _varint(message, place)
        elif wire_type == BYTES:
            length, place = _varint(message, place)
        elif wire_type in {FIXED_32, FIXED_64}:
            length = 4 if wire_type == FIXED_32 else 8
        else:
            raise BrokenMessage(f"it has a field of the unknown type {wire_type}")
        if length > end - place:
            raise BrokenMessage("it ends too early")
        yield Field(number, wire_type, value, message[place : place + length])
        place += length


def packed_varints(field: Field, budget: Budget) -> list[int]:
    """Return the numbers of a repeated field, whether packed or not. Raises BrokenMessage."""
    if field.wire_type == VARINT:
        return [field.value]
    numbers, place = [], 0
    while place < len(field.content):
        budget.spend()
        number, place = _varint(field.content, place)
        numbers.append(number)
    return numbers


def packed_floats(field: Field) -> tuple[float, ...]:
    """Return the 32-bit floats of a repeated field, whether packed or not. Raises BrokenMessage."""
    if len(field.content) % 4:
        raise BrokenMessage("its numbers end too early")
    return struct.unpack(f"<{len(field.content) // 4}f", field.content)


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    number, shift = 0, 0
    while shift < 7 * _LONGEST_VARINT:
        if place >= len(message):
            raise BrokenMessage("it ends too early")
        byte = message[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
        shift += 7
    raise BrokenMessage("it has a number without an end")
