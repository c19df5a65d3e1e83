"""Cells of CSV that a spreadsheet only shows."""

from __future__ import annotations

from opsbook.output.frames import clean

_FORMULA = tuple("=+-@＝＋－＠")
"""What a spreadsheet takes a cell that begins so for; a tab and a carriage return are written out before."""


def harmless(cell: object) -> object:
    """Text that a spreadsheet would take for a formula begins with `'`; a number stays one."""
    if not isinstance(cell, str):
        return cell
    cell = clean(cell)
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) else cell
