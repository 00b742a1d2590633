"""The screens: a folder for each, and what they share."""
