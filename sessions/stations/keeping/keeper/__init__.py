"""The keeper: a small process of the standard library alone, which outlives the supervisor. It imports nothing of the
rest of the program but `sessions.stations.keeping.marks` and `.processes`, which hold to the same rule."""
