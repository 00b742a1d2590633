"""What runs inside a station's boundary: the hands of the built-in agent. Standard library alone.

The program's own files may not be there: the sources of these modules are sent to a plain interpreter (see
`sessions.stations.builtin.hands`), with that of the patterns of scopes.
"""
