"""Sifts out, without a merge, which pairs cannot collide and what is known of the others."""
