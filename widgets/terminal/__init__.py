"""The screen of an agent's terminal, shown in a terminal."""
