"""Render the parameter lines of this project's docstrings as a list ("photo     (H, W, 3) uint8, RGB")."""

import re
from typing import Final

import griffe

_LINE: Final = re.compile(r"^(?P<name>\w+)  +(?P<text>\S.*)$")
_CONTINUED: Final = re.compile(r"^ {2,}(?P<text>\S.*)$")


class Parameters(griffe.Extension):
    """A griffe extension that rewrites docstrings before they are rendered."""

    def on_object(self, *, obj: griffe.Object, **_: object) -> None:
        """Rewrite the docstring of an object, if it has one."""
        if obj.docstring:
            obj.docstring.value = as_markdown(obj.docstring.value)


def as_markdown(docstring: str) -> str:
    """Return a docstring whose parameter lines are items of a Markdown list."""
    lines: list[str] = []
    in_list = False
    for line in docstring.splitlines():
        if found := _LINE.match(line):
            if not in_list:
                lines.append("")
            lines.append(f"- `{found['name']}`: {found['text']}")
            in_list = True
        elif in_list and (found := _CONTINUED.match(line)):
            lines.append(f"    {found['text']}")
        else:
            if in_list and line.strip():
                lines.append("")
            in_list = in_list and not line.strip()
            lines.append(line)
    return "\n".join(lines)
