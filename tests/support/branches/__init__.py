"""Repositories with branches, and what git says of them."""
