"""A table of times and words as CSV, with a first row that names its columns: `at`, `text`, `by`."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from opsbook.errors import UserError
from opsbook.importing.chronicle import Asked, Read, Row, columns, rows, told

if TYPE_CHECKING:
    from opsbook.importing.export import File


def read(files: Sequence[File], asked: Asked) -> Read:
    """What some tables say."""
    return told("csv", [row for file in files for row in _rows(file)], asked)


def _rows(file: File) -> list[Row]:
    text = file.text
    mark = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        head = next(reader, [])
        if not columns(head):
            raise UserError(
                f"{file.name}: no columns `at` and `text`", "the first row names the columns: at,text,by"
            )
        return list(rows(file.name, head, ((reader.line_num, row) for row in reader)))
    except csv.Error as error:
        raise UserError(f"{file.name}:{reader.line_num}: no CSV: {error}") from None
