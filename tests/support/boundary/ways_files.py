"""Ways out by files: to write or read what is not the station's."""

from __future__ import annotations

from sessions.stations.boundary.bounds import MIB
from tests.support.boundary.escape import Control, Escape, Kind
from tests.support.boundary.world import longer_than

_SHM = "`/dev/shm` is the machine's own, as programs need one"
_RACE = """\
import os
os.makedirs("src/d", exist_ok=True)
for _ in range(200):
    os.rename("src/d", "src/was")
    os.symlink("../lib", "src/d")
    try:
        open("src/d/b.py", "a").write("evil")
    except OSError:
        pass
    os.unlink("src/d")
    os.rename("src/was", "src/d")
"""
_FILL = """\
for d in /tmp /dev/shm; do
  for n in 1 2 3 4; do head -c 800000 /dev/zero > $d/$TAG.$n; done
  [ $(cat $d/$TAG.? 2>/dev/null | wc -c) -gt 2000000 ] && echo ESCAPED $d
  rm -f $d/$TAG.?
done
"""
_FLOOD = """\
import os
for top in ("/tmp", "/dev/shm", "/var/tmp"):
    folder = f"{top}/{os.environ['TAG']}.d"
    try:
        os.mkdir(folder)
    except OSError:
        continue
    for n in range(1000):
        open(f"{folder}/{n}", "w").close()
"""

WAYS = (
    Escape("outside its scope", "writes a file of its place that its scope does not name", "echo evil >> lib/b.py"),
    Escape("a new file", "makes one outside its scope", "echo evil > lib/new.py; echo evil > new.txt"),
    Escape(
        "what it may not read",
        "reads files of its place that its scope does not let it read, or opens them first",
        "chmod -R +rwx lib README.md; ls lib/* && echo ESCAPED; cat lib/b.py README.md && echo ESCAPED",
        kind=Kind.NARROW,
        landlock="its tools and its agent's hook hold that alone",
    ),
    Escape(
        "taken away again",
        "writes what a `!` of its scope takes away",
        "echo evil >> src/gen/made.py",
        landlock="it cannot shut what lies in an open directory",
    ),
    Escape(
        "a directory above",
        "moves the directory above what is shut, and makes another",
        "mv src/deep src/was; mkdir -p src/deep/er && echo evil > src/deep/er/made.py; mv src src2",
        landlock="it cannot shut what lies in an open directory",
    ),
    Escape(
        "symlink",
        "writes through a link in its scope to the operator's home, and to another directory of its place",
        'ln -s "$OPERATOR/.bashrc" src/one; echo evil >> src/one; ln -s ../lib/b.py src/two; echo evil >> src/two',
    ),
    Escape(
        "`..`",
        "writes by a path that leads upwards",
        'echo evil >> src/../lib/b.py; echo evil >> "$PLACE/../../two/work/secret.txt"',
    ),
    Escape(
        "hard link",
        "gives a file from outside a name in its scope, and writes by that",
        'ln lib/b.py src/one; echo evil > src/one; ln "$SIBLING/secret.txt" src/two; cat src/two',
    ),
    Escape(
        "rename race",
        "swaps a directory for a link while it is being written",
        _RACE,
        python=True,
    ),
    Escape(
        "modes",
        "changes who may read a file outside its scope",
        "chmod 777 lib/b.py lib",
        landlock="it does not look at modes, owners and times of files",
    ),
    Escape(
        "truncation", "empties a file without opening it", "import os\nos.truncate('lib/b.py', 0)", python=True, abi=3
    ),
    Escape(
        "a sibling's place",
        "reads and writes the work of another station",
        'cat "$SIBLING/secret.txt"; echo evil >> "$SIBLING/secret.txt"',
    ),
    Escape("the operator's keys", "reads a key in the operator's home", 'cat "$OPERATOR/.ssh/id_ed25519"'),
    Escape("the operator's shell", "adds to what the operator's shell runs", 'echo evil >> "$OPERATOR/.bashrc"'),
    Escape("the place itself", "moves it away", 'mv "$PLACE" "$PLACE.was"'),
    Escape("`/tmp`", "reads and writes what others have in `/tmp`", 'cat "/tmp/$TAG"; echo evil > "/tmp/$TAG"'),
    Escape(
        "shared memory",
        "reads and writes what others have in `/dev/shm`",
        'cat "/dev/shm/$TAG"; echo evil > "/dev/shm/$TAG"',
        landlock=_SHM,
    ),
    Escape(
        "huge file",
        "makes one longer than its limit",
        "truncate -s 3M src/one.big; head -c 3000000 /dev/zero > src/two.big",
        kind=Kind.SMALL,
        landed=longer_than(MIB),
    ),
    Escape(
        "full memory",
        "fills `/tmp` and `/dev/shm` beyond their size",
        _FILL,
        landlock=_SHM,
        kind=Kind.SMALL,
    ),
    Escape(
        "inode flood",
        "makes very many files in the directories that all share",
        _FLOOD,
        landlock=_SHM,
        python=True,
        landed=lambda world, _: world.flooded(),
    ),
    Escape(
        "devices",
        "opens the machine's disks and its memory",
        "for d in /dev/vda /dev/sda /dev/mem /dev/kmsg; do head -c 1 $d >/dev/null 2>&1 && echo ESCAPED $d; done",
        control=Control.NO,
    ),
    Escape(
        "system files",
        "lists what is no program: logs, mail, timed tasks",
        "for d in /var/spool /var/log /srv; do ls $d >/dev/null 2>&1 && echo ESCAPED $d; done",
    ),
)
