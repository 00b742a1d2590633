"""The branch screen: what a branch holds, and what it does to others."""
