"""What needs a person, as it is worked off: values in words. Pure."""
