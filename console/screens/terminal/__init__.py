"""An agent's terminal, looked at."""
