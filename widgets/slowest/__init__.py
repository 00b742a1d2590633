"""The ranking as lines: a row a station, and its figures beside those of the others. Pure."""
