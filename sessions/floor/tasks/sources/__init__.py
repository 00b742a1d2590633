"""Tasks as people write them: Markdown check lists, tables, lines of JSON, and one task for an editor. Pure.

Every form has the same keys (see `fields.KEYS`). What cannot be meant is an error that names file, line, key and cure;
nothing is left out in silence.
"""
