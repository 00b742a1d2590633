"""What the factory is, as pure values: events, state, and the fold from one to the other. No I/O, no clock."""
