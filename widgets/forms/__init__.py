"""Forms: fields, and how they are drawn."""
