"""Fill in the model card: what you must know before you believe the model."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from research.card import Identity, sources_table, tables, targets, wrong_answers
from research.dataset import Item
from research.measure import Measured
from research.packing import SERVED
from research.table import Table

_TEMPLATE: Final = Path(__file__).with_name("card.md")


def card(
    identity: Identity,
    items: Sequence[Item],
    table: Table,
    measured: Measured,
    extra: Mapping[str, float | str],
    device: str,
) -> str:
    """Write the card. `extra` holds the figures of the manifest that are of no place."""
    shift = ", ".join(f"{value:+.2f}" for value in measured.scaling.shift)
    errors = "; ".join(
        f"{name} {share:.1%}" for name, share in wrong_answers(measured.said["photo"], table).items()
    )
    return _TEMPLATE.read_text(encoding="utf-8").format(
        name=identity.name,
        version=identity.version,
        kilobytes=round(identity.size_bytes / 1000),
        sha256=identity.sha256,
        side=SERVED.input_px,
        temperature=measured.scaling.temperature,
        shift=shift,
        neighbours=measured.neighbourhood,
        unsure=measured.unsure_below,
        far=measured.far,
        sources=sources_table(items, table),
        tables=tables(table, measured),
        stem=f"{identity.name}-{identity.version}",
        targets=targets(table, measured, identity.size_bytes),
        extra="\n".join(f"| {name} | {value} |" for name, value in extra.items()),
        errors=errors.replace("_", " "),
        device=device,
        note=measured.note,
    )
