"""The floor screen as values: panes, order, totals, who calls. Pure."""
