"""Small programs that stand around a station's own: standard library alone, started with nothing else in memory."""
