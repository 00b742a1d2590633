"""Screens that are a list, with what is told of the row under the cursor."""
