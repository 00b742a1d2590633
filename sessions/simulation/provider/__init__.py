"""A model provider that never was: a server on loopback that says what a script says, in three dialects.

It streams, counts tokens, asks for tools, is late, limits, breaks off, and logs every call, so that whatever speaks to
a model can be run and measured without an account. The same script and the same requests give the same answers.
"""
