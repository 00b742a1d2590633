"""The station screen: a session as a readable conversation, with its files, meters and events."""
