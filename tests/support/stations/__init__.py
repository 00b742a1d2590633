"""What tests of stations share: hosts, agents and model servers that are real processes."""
