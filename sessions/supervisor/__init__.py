"""The process that owns the journal of one repository and does the observing."""
