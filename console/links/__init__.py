"""Where a console has its floor from: a supervisor, a past, a demo."""
