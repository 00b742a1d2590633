"""Tables (CSV): a row is a task, the first row has the keys. Commas, semicolons, tabs or bars stand between cells.

In a cell there are several values with commas or line ends between; of commands each has a line of its own.
"""

from __future__ import annotations

import csv
import io

from sessions.floor.tasks import most
from sessions.floor.tasks.sources.fault import Fault
from sessions.floor.tasks.sources.imported import MOST_FAULTS, Imported, nothing, understood
from sessions.floor.tasks.sources.written import KEYS, Value, Written, key_of

_BETWEEN = ",;\t|"
_MEND = "a cell with a line end, or with what stands between cells, is written in quotes, and a quote in it twice"


def read(text: str, file: str) -> Imported:
    """The rows of a table."""
    faults, items = list[Fault](), list[Written]()
    head = next((line for line in text.splitlines() if line.strip()), "")
    between = max(_BETWEEN, key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    keys: list[str] | None = None
    line = 1
    try:
        for row in rows:
            begins, line = line, rows.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if keys is None:
                keys = _keys(file, begins, row, faults)
                if faults:
                    break
            else:
                items.append(_item(file, begins, row, keys, faults))
            if len(items) > most.TASKS or len(faults) > MOST_FAULTS:
                break
    except csv.Error as error:
        faults.append(Fault(file, rows.line_num or 1, "", f"it cannot be read as a table: {error}", _MEND))
    if not items and not faults:
        faults.append(nothing(file, "write a row of keys, such as title,check,scope, and a row for each task"))
    return understood(file, items, faults)


def _keys(file: str, line: int, row: list[str], faults: list[Fault]) -> list[str]:
    """The keys of the columns; "" for one without, which is to be empty."""
    keys = [key_of(cell) for cell in row]
    for cell, key in zip(row, keys, strict=True):
        if cell.strip() and not key:
            cure = f"name the columns {', '.join(KEYS)}, and take out what is of no use"
            faults.append(Fault(file, line, cell, "it is no key", cure))
        elif key and keys.count(key) > 1:
            faults.append(Fault(file, line, key, "two columns are called that", "leave one of them"))
            break
    if "title" not in keys and not faults:
        faults.append(Fault(file, line, "title", "no column is called that", "name the columns in the first row"))
    return keys


def _item(file: str, line: int, row: list[str], keys: list[str], faults: list[Fault]) -> Written:
    item = Written(file, line)
    for number, cell in enumerate(row):
        key = keys[number] if number < len(keys) else ""
        if not key and cell.strip():
            faults.append(Fault(file, line, "", f"{cell[:40]!r} stands below no key", _MEND))
        elif key == "check":
            for command in cell.splitlines():
                item.add(key, Value(command, line, alone=True))
        elif key:
            item.add(key, Value(cell, line))
    return item
