"""The built-in agent: real hosts, real toolboxes, a scripted provider."""
