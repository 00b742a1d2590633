"""The scopes screen: the tree of the repository with who may write where, and what a key changes of it."""
