"""How answers are written for people and for programs, where that takes more than a few lines."""
