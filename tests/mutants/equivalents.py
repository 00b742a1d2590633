"""Changes that no test can notice, each with the reason, as `python -m tests.mutants` prints them."""

from __future__ import annotations

_HAND = "only whether it is refused is looked at, and events say the same without it; types ask for all"
_DUE = "a table of what is never due is only longer"
_SAME = "tasks are told from others by their id, of which no two alive are equal; the rest saves time"

_NEAR = "it only saves time: what may meet is compared exactly"
_SAVES = "it only saves time"

EQUIVALENTS: dict[str, dict[str, str]] = {
    "sessions/floor/progress/stable.py": {
        ": _HYPHENS = 4  =>  _HYPHENS = 3": _SAVES,
        "call_key: if '/tmp/' in detail or '/shm/' in detail or _MAY_VARY.search(detail) is not None or "
        "(detail.count('-') >= _HYPHENS):  =>  if True:": _SAVES,
        "waits: urn tool.lower() in _POLLS or (any(map(detail.__contains__, _SLEEPY)) and "
        "_SLEEPS.search(detail) is not None)  =>  "
        "urn tool.lower() in _POLLS or _SLEEPS.search(detail) is not None": _SAVES,
    },
    "sessions/floor/tasks/areas.py": {
        "Areas.meeting: er in self._writes.items() if task in near and _meet(write, other)), '')  =>  "
        "er in self._writes.items() if _meet(write, other)), '')": _NEAR,
        "Areas._near: r depth in range(len(fixed) + 1):  =>  r depth in range(len(fixed) + 2):": _NEAR,
        "_fixed: tern in map(parsed, write) if not pattern.takes_away}  =>  tern in map(parsed, write) if True}": _NEAR,
    },
    "sessions/floor/tasks/moves.py": {
        "overspent: if task is None or task.spec.budget == budget.UNBOUND:  =>  if task is None:": _SAVES,
    },
    "sessions/floor/tasks/queue.py": {
        "Queue.pairs: waits in self._walk(areas) if free else ():  =>  "
        "waits in self._walk(areas) if True else ():": _SAVES,
        "Queue.pairs: if not free:  =>  if False:": _SAVES,
        "Queue.pairs: break  =>  pass": _SAVES,
        "Queue._fit: if key not in self._fitting:  =>  if True:": _SAVES,
    },
    "sessions/floor/triage/acts.py": {
        "refused: URCE, 'command': '', 'who': '', 'together': ''}  =>  URCE, 'command': '', 'who': ''}": _HAND,
        "refused: hand: Hand = {'time': now, 'source': SOURCE, 'command': '', 'who': '', 'toge  =>  "
        "hand: Hand = {'time': now, 'command': '', 'who': '', 'toge": _HAND,
    },
    "sessions/floor/triage/lookout.py": {
        "Lookout._put: if at < math.inf:  =>  if True:": _DUE,
        "Lookout._put: if at < math.inf:  =>  if at <= math.inf:": _DUE,
    },
    "sessions/floor/triage/judging/landing.py": {
        "_before: ed.items() if (since, other) < own))]  =>  ed.items() if (since, other) <= own))]": (
            "a branch is not among its others"
        ),
        "_Same.__hash__: return id(self.tasks)  =>  return 0": _SAME,
        **{
            f"_Same.__eq__: {before}  =>  {after}": _SAME
            for before, after in (
                ("er, _Same) and other.tasks is self.tasks", "er, _Same) and other.tasks is not self.tasks"),
                ("eturn isinstance(other, _Same) and other.tasks is self.tasks", "eturn isinstance(other, _Same)"),
                ("return isinstance(other, _Same) and other.tasks is self.tasks", "return False"),
                ("return isinstance(other, _Same) and other.tasks is self.tasks", "return True"),
                (
                    "return isinstance(other, _Same) and other.tasks is self.tasks",
                    "return other.tasks is self.tasks",
                ),
                (
                    "turn isinstance(other, _Same) and other.tasks is self.tasks",
                    "turn isinstance(other, _Same) or other.tasks is self.tasks",
                ),
            )
        },
    },
}
