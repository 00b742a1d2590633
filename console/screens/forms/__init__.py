"""Forms over the screen that they were called from: a station to start, one to spawn, a boundary to assign."""
