"""Reads a file of tasks, whichever form it has."""

from __future__ import annotations

from sessions.floor.tasks.sources import markdown, objects, table
from sessions.floor.tasks.sources.fault import Fault
from sessions.floor.tasks.sources.imported import Imported

MOST_BYTES = 8_000_000
_FORMS = {
    "md": markdown.read, "markdown": markdown.read, "csv": table.read, "tsv": table.read,
    "jsonl": objects.read, "ndjson": objects.read,
}  # fmt: skip
_KNOWN = "name it .md, .csv or .jsonl"


def read(raw: bytes, name: str, form: str = "") -> Imported:
    """The tasks of a file. Its form is told by the end of its name, where none is given."""
    form = (form or name.rpartition(".")[2]).lower()
    reader = _FORMS.get(form)
    if reader is None:
        return _refused(name, 1, "what form it has is not known", _KNOWN)
    if len(raw) > MOST_BYTES:
        return _refused(name, 1, f"{len(raw) / 1e6:.0f} MB are too much", f"{MOST_BYTES / 1e6:.0f} MB are the most")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return _refused(name, line, "it is not in UTF-8", "save it as UTF-8")
    return reader(text.replace("\r\n", "\n").replace("\r", "\n"), name)


def _refused(name: str, line: int, wrong: str, cure: str) -> Imported:
    return Imported(faults=(Fault(name, line, "", wrong, cure),))
