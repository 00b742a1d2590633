"""Conversations where they lie: indexed in one pass, decoded only where looked at, alike for all agents."""
