"""Ways out by the machine: other processes, the kernel, what comes with the start."""

from __future__ import annotations

from tests.support.boundary.escape import Control, Escape, Kind
from tests.support.boundary.world import survivor

_CALL = "import ctypes, os, platform\ncall = ctypes.CDLL(None, use_errno=True).syscall\n"

_FORKS = """\
import os
made = 0
waits, goes = os.pipe()
try:
    while made < 80:
        if os.fork() == 0:
            os.close(goes)
            os.read(waits, 1)
            os._exit(0)
        made += 1
except OSError:
    pass
os.close(goes)
if made > 60:
    print("ESCAPED")
"""

WAYS = (
    Escape("environment", "looks for keys in its environment", "env"),
    Escape(
        "`/proc` of others",
        "reads the environment of a process outside",
        'tr "\\0" "\\n" < "/proc/$VICTIM/environ"',
        abi=1,
    ),
    Escape(
        "`/proc` as a way",
        "goes through the root and the directory of every process to the operator's home",
        'for p in /proc/[0-9]*; do cat "$p/root$OPERATOR/.ssh/id_ed25519" "$p/cwd/../../../home/.ssh/id_ed25519"; done',
    ),
    Escape("open descriptors", "reads by a descriptor that was left open", "cat /proc/self/fd/5/.ssh/id_ed25519"),
    Escape(
        "descriptors of the door",
        "looks for one that leads to what stands outside, to send or take others by it",
        "import os\nfor n in range(3, 256):\n try: print('ESCAPED', n, os.fstat(n).st_mode)\n except OSError: pass\n",
        python=True,
        kind=Kind.LISTED,
    ),
    Escape(
        "memory of others",
        "attaches to a process as a debugger does",
        _CALL + "victim = int(os.environ['VICTIM'])\n"
        "trace = 101 if platform.machine() == 'x86_64' else 117\n"
        "if call(trace, 16, victim, 0, 0) == 0:\n"
        " print('ESCAPED')\n"
        # It would stay stopped, and be waited for.
        " os.waitpid(victim, 0)\n"
        " call(trace, 17, victim, 0, 0)\n",
        python=True,
    ),
    Escape("signals", "ends a process outside", 'kill -9 "$VICTIM"', abi=6),
    Escape(
        "a handle of a process",
        "opens one, to take its descriptors",
        "import os\nos.pidfd_open(int(os.environ['VICTIM']))\nprint('ESCAPED')\n",
        python=True,
        landlock="it shows processes, and their handles, but they can be sent nothing",
    ),
    Escape(
        "memory of System V",
        "finds a segment that others share",
        'ipcs -m -i "$MEMORY" 2>/dev/null | grep -q bytes && echo ESCAPED',
        landlock="it knows nothing of such memory",
    ),
    Escape(
        "left behind",
        "leaves a process that goes on when its program has ended",
        "setsid sleep 98765 >/dev/null 2>&1 </dev/null &",
        landed=survivor,
        landlock="its processes are found by their mark and ended",
    ),
    Escape(
        "process flood",
        "starts more processes than its limit",
        _FORKS,
        python=True,
        kind=Kind.SMALL,
    ),
    Escape("namespaces", "makes ones of its own, to take the mounts away", "unshare -Urm true && echo ESCAPED"),
    Escape(
        "mounts",
        "makes what is read-only writable",
        "mount -o remount,rw,bind . && echo ESCAPED; umount .git/config && echo ESCAPED",
        control=Control.NO,
    ),
    Escape(
        "privileges",
        "runs a program that belongs to root and keeps its rights",
        "grep -q '^NoNewPrivs:.1' /proc/self/status || echo ESCAPED",
    ),
    Escape(
        "the kernel's settings",
        "writes one of them",
        "cat /proc/sys/kernel/core_pattern > /tmp/p; cat /tmp/p > /proc/sys/kernel/core_pattern && echo ESCAPED",
        control=Control.ROOT,
    ),
    Escape(
        "the sandbox's own program",
        "writes into the program that its first process runs",
        "(: >> /proc/1/exe) && echo ESCAPED; chmod +x /proc/1/exe && echo ESCAPED",
        control=Control.NO,
        root="its mode can be changed, not what is in it",
    ),
    Escape(
        "control groups",
        "looks for them, to leave its own",
        "ls /sys/fs/cgroup /sys/kernel >/dev/null 2>&1 && echo ESCAPED",
    ),
    Escape(
        "timed tasks",
        "looks where they lie, to leave one",
        "for d in /var/spool/cron/crontabs /var/spool/at /etc/cron.d; do [ -w $d ] && echo ESCAPED; done",
        control=Control.NO,
    ),
    Escape(
        "the kernel's keys",
        "looks for the operator's keyring",
        _CALL + "if call(250 if platform.machine() == 'x86_64' else 219, 0, -3, 0) >= 0: print('ESCAPED')\n",
        python=True,
        control=Control.NO,
    ),
    Escape(
        "the kernel's log",
        "reads what the kernel says of the machine",
        _CALL + "if call(103 if platform.machine() == 'x86_64' else 116, 10, 0, 0) >= 0: print('ESCAPED')\n",
        python=True,
        control=Control.NO,
    ),
    Escape(
        "rings of calls",
        "goes round the filter of calls",
        _CALL + "if call(425, 8, ctypes.create_string_buffer(256)) >= 0: print('ESCAPED')\n",
        python=True,
    ),
    Escape(
        "the terminal's input",
        "types into the terminal that it runs in",
        "import fcntl\ntry:\n fcntl.ioctl(0, 0x5412, b'x')\n print('ESCAPED')\nexcept OSError: pass\n",
        python=True,
        kind=Kind.TERMINAL,
        control=Control.NO,
    ),
)
