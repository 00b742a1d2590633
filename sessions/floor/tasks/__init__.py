"""Work that waits, is done and is accepted: values and pure decisions."""
