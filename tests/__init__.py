"""Tests of factory-tui."""
