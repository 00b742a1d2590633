"""What headless commands tell of what needs a person."""
