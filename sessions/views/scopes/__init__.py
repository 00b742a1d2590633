"""Who may write where in the repository: its tree with owners, overlaps, gaps, and what was really touched. Pure."""
