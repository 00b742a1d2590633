"""What `journal` does with the journal itself."""
