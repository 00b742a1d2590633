"""The wire to an agent: its process, its lines, and the protocol on them."""
