"""Stations that this factory runs itself: values. Pure."""
