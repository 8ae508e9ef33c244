"""Write the model card from figures and card.md."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from research.build import Measured
from research.card import Identity, ablation_table, sources_table, tables, wrong_answers
from research.dataset import Item, Table
from research.extract import SERVED

_TEMPLATE: Final = Path(__file__).with_name("card.md")


def card(
    identity: Identity,
    items: Sequence[Item],
    table: Table,
    measured: Measured,
    extra: Mapping[str, float],
    targets: str,
) -> str:
    """Write the card. `extra` holds the figures of the manifest that are of no place."""
    shift = ", ".join(f"{value:+.2f}" for value in measured.scaling.shift)
    errors = "; ".join(
        f"{name} {share:.1%}" for name, share in wrong_answers(measured.by_photo, table).items()
    )
    return _TEMPLATE.read_text(encoding="utf-8").format(
        name=identity.name,
        version=identity.version,
        kilobytes=round(identity.size_bytes / 1000),
        sha256=identity.sha256,
        side=SERVED.input_px,
        temperature=measured.scaling.temperature,
        shift=shift,
        unsure=measured.unsure_below,
        far=measured.far,
        sources=sources_table(items, table),
        tables=tables(table, measured),
        stem=f"{identity.name}-{identity.version}",
        targets=targets,
        ablations=ablation_table(table, measured),
        extra="\n".join(f"| {name} | {value} |" for name, value in extra.items()),
        errors=errors.replace("_", " "),
    )
