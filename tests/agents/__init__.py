"""Real agents against the scripted model server: run where they are installed (see `install`), else skipped by name."""
