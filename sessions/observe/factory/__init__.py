"""Conversations that our own hosts write, alike for all agents that converse with them."""
