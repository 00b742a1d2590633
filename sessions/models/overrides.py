"""The operator's own prices, in a TOML file laid over the table.

```toml
[models."claude-opus-4-6"]   # dollars per million tokens; what is not given stays as the table has it
input = 5.0
output = 25.0
cache_read = 0.5
cache_write_5m = 6.25
cache_write_1h = 10.0
thinking = 25.0              # only where thinking costs something else than output
window = 200000              # tokens of context
```
"""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import msgspec

from sessions.errors import FactoryError
from sessions.models.rates import Ladder, Price, Rates, rates_of
from sessions.text import clean

_PRICES = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "thinking")
_KEYS = (*_PRICES, "window")
_CURE = f"give numbers of dollars per million tokens for {', '.join(_PRICES)}, and window in tokens"


class Override(msgspec.Struct, frozen=True):
    """What the operator says of one model. `prices` are dollars per token."""

    prices: dict[str, float]
    window: int = 0
    claude: bool = False

    def over(self, price: Price | None) -> Price:
        """The price with this laid over it.

        Tokens at the operator's own price cost the same in every size of context and way of serving.
        """
        price = price or Price()
        window = self.window or price.window
        if not self.prices:
            return msgspec.structs.replace(price, window=window)
        rates = price.standard.rates
        known = msgspec.structs.asdict(rates) if rates is not None else {}
        stated = {**known, **self.prices}
        if "output" in self.prices and "thinking" not in self.prices:
            stated["thinking"] = self.prices["output"]
        if "input" in stated and "output" in stated and not any(stated.values()):
            return Price(Ladder(Rates(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)), window)
        return Price(Ladder(rates_of(stated, self.claude)), window, search=price.search)


def read_overrides(path: Path) -> dict[str, Override]:
    """The overrides in a file, by model name.

    Raises FactoryError, which names the file, the key and the cure, when it cannot be read or understood.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FactoryError(
            f"there is no file of prices {path}", "make it, or take `prices` out of config.toml"
        ) from error
    except OSError as error:
        raise FactoryError(f"cannot read {path}: {error.strerror}", "make it readable, or remove it") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FactoryError(f"{path} is not TOML: {clean(str(error))}", "correct that line") from error
    for key in document:
        if key != "models":
            raise _error(path, clean(key), "is unknown", 'begin each model with [models."its name"]')
    models = document.get("models", {})
    if not isinstance(models, dict):
        raise _error(path, "models", "is not a table", 'begin each model with [models."its name"]')
    return {name: _override(path, name, fields) for name, fields in models.items()}


def _override(path: Path, name: str, fields: object) -> Override:
    where = f'models."{clean(name)}"'
    if not isinstance(fields, dict):
        raise _error(path, where, "is not a table", 'begin each model with [models."its name"]')
    for key, value in fields.items():
        if key not in _KEYS:
            raise _error(path, f"{where}.{clean(key)}", "is unknown", _CURE)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or value < 0:
            raise _error(path, f"{where}.{key}", f"is {clean(str(value))!r}", _CURE)
    prices = {key: fields[key] / 1_000_000 for key in _PRICES if key in fields}
    return Override(prices, int(fields.get("window", 0)), claude="claude" in name)


def _error(path: Path, key: str, trouble: str, cure: str) -> FactoryError:
    return FactoryError(f"{path}: {key} {trouble}", cure)
