"""The commands, one a file: what each takes, and what it does. Their modules are light: see `parser`."""
