"""The conflicts screen as values: rows and columns, clusters, hot spots, reasons. Pure."""
