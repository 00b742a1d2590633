"""One measured figure beside its bar."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from statistics import quantiles

import msgspec


class Figure(msgspec.Struct, frozen=True):
    """A figure is good when it is at most its bar, or at least it where `more_is_better`; without a bar it informs."""

    what: str
    value: float
    unit: str
    bar: float | None = None
    more_is_better: bool = False
    note: str = ""

    @property
    def measured(self) -> str:
        return f"{_number(self.value)} {self.unit}".rstrip()

    @property
    def asked(self) -> str:
        """The bar in words; empty without one."""
        if self.bar is None:
            return ""
        return f"{'≥' if self.more_is_better else '≤'} {_number(self.bar)} {self.unit}".rstrip()

    @property
    def good(self) -> bool:
        if self.bar is None:
            return True
        return self.value >= self.bar if self.more_is_better else self.value <= self.bar


def percentile(values: list[float], percent: int) -> float:
    """The value that `percent` of the values do not exceed."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def report(figures: Iterable[Figure]) -> None:
    """Print a table, a line as soon as its figure is known."""
    print(f"{'what':<66} {'measured':>16}  {'bar':>17}")
    for figure in figures:
        verdict = "" if figure.bar is None else "ok" if figure.good else "MISSED"
        print(f"{figure.what:<66} {figure.measured:>16}  {figure.asked:>17}  {verdict:<6} {figure.note}".rstrip())
        sys.stdout.flush()


def _number(value: float) -> str:
    if value == int(value) or abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
