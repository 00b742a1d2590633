"""The first step inside a boundary: sockets that listen on its own loopback are handed out through the door.

Run as the text of `python -c`, so that nothing has to be visible inside; then it becomes the station's program.
"""

import os
import socket
import sys


def main(words: "list[str]") -> None:
    """`DESCRIPTOR NAME:PORT... -- program...`"""
    at = words.index("--")
    door = socket.socket(fileno=int(words[0]))
    names = []
    listeners = []
    for word in words[1:at]:
        name, _, port = word.partition(":")
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", int(port)))
        listener.listen(128)
        names.append(name)
        listeners.append(listener)
    socket.send_fds(door, [" ".join(names).encode()], [listener.fileno() for listener in listeners])
    for end in (door, *listeners):
        end.close()
    program = words[at + 1 :]
    try:
        os.execvp(program[0], program)
    except OSError as error:
        sys.exit(f"{program[0]}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
