"""What is measured, as against tested: `make bench`."""
