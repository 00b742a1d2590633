"""What follows from scopes: what can be mounted, where two of them meet, whether one lies in another. Pure."""
