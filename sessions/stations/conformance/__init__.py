"""Whether a kind of agent holds what the contract asks for, tried with a real host and a real agent."""
