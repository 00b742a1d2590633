"""Drawing: cells, glyphs, numbers, colours, wrapped words."""
