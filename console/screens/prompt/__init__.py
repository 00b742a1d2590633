"""Where a request is written."""
