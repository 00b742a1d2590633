"""Makes the price table that ships with the program from the one inside litellm: `python -m sessions.models.table`.

litellm is 60 packages and 300 MB, of which a console that only watches needs one file. `prices.json` holds what that
file says about prices and context windows, row by row; litellm itself comes with the extra `models`.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import msgspec

SHIPPED = Path(__file__).with_name("prices.json")
SOURCE = "model_prices_and_context_window_backup.json"
ABOUT = ""
"""The name of the row that says where the table comes from; no model has it."""
_TOLD = re.compile(
    r"(?!supports_|.*(?:audio|image|video|pixel|character|second))"
    r".*(?:cost|pricing|uplift|search|provider_specific_entry|max_input_tokens|max_tokens).*"
)
_MODES = frozenset({"chat", "completion", "responses", "embedding", ""})

Row = dict[str, object]


def shortened(table: dict[str, Row]) -> dict[str, Row]:
    """The rows of text models with their prices and windows; what is said of pictures, sound and abilities is left."""
    rows = {}
    for name, row in table.items():
        if row.get("mode", "") in _MODES and name != "sample_spec":
            kept = {field: value for field, value in row.items() if _TOLD.fullmatch(field)}
            if kept:
                rows[name] = kept
    return dict(sorted(rows.items()))


def find_litellm_table() -> Path | None:
    """The table inside the installed litellm, whose import would take seconds; None when it is not installed."""
    spec = importlib.util.find_spec("litellm")
    return Path(spec.origin).with_name(SOURCE) if spec is not None and spec.origin else None


def write(path: Path = SHIPPED) -> int:
    """Write the shipped table anew, a row a line so that a change can be read; returns its number of models.

    Raises FileNotFoundError where litellm is not installed.
    """
    source = find_litellm_table()
    if source is None:
        raise FileNotFoundError("litellm is not installed: make setup")
    import importlib.metadata

    rows = shortened(msgspec.json.decode(source.read_bytes(), type=dict[str, Row]))
    about: Row = {"source": "litellm", "version": importlib.metadata.version("litellm"), "license": "MIT"}
    lines = [f"{_json(name)}:{_json(row)}" for name, row in {ABOUT: about, **rows}.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return len(rows)


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


if __name__ == "__main__":
    sys.stdout.write(f"{write()} models in {SHIPPED.name}\n")
