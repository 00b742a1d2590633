"""In which order branches land, and what stands in the way. Pure."""
