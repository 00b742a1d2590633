"""What holds a station inside its scope: bubblewrap, else Landlock, else nobody, and then it says so.

`draw` makes a `Boundary` of `Bounds`; `prove` tries what it forbids before anything is started in it. Words in, words
out: nothing here starts an agent.
"""
