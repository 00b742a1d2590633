"""The fields of the forms, what they mean together, and what can be taken into each."""

from __future__ import annotations

from collections.abc import Sequence

from console.screens.forms.knowing import Knowing
from sessions.floor.scope import Mode, Network
from sessions.floor.state import FloorState
from sessions.stations.boundary.apart import hosts
from sessions.views.forms.offers import (
    Offer,
    Sources,
    branch_offers,
    matching,
    model_offers,
    named_before,
    role_offers,
    scope_offers,
)
from sessions.views.forms.wishes import ALONE, Meant, meant
from sessions.views.forms.words import BUDGET_HINT
from widgets.forms.fields import Choice, Field, Option, Text, Words
from widgets.forms.form import Form

FALLBACK = "builtin"
"""The kind of agent that is chosen while none is known."""
MODES = (Option(Mode.SAFE.value), Option(Mode.FULL.value))
ABOUT_MODE = (
    "safe: the kernel holds its scope, in a clone of its own; what it commits comes over after the check. "
    "full: it may do what you may, and is checked when its work leaves"
)


def scope_fields() -> dict[str, Field]:
    """The fields of a boundary."""
    fields: Sequence[Field] = (
        Words("writes", "writes", "nothing", about="patterns of files, such as src/** !src/gen/**: what it may write"),
        Words("reads", "reads", "nothing", about="what it may read; ** is the whole tree"),
        Words("tools", "tools", "as it is set up", about="tools that need no permission, commas between them"),
        Choice("network", "network", [Option(network.value) for network in Network],
               about="what it may reach beside its model: nothing, the hosts that are listed, or all"),
        Words("hosts", "hosts", "such as pypi.org", about="names of hosts, *. in front for all below"),
        Choice("alone", "others", [Option(word) for word in ALONE],
               about="exclusive: no other station may write what this one may, but for its own family"),
        Words("budget", "budget", "no bound", about=BUDGET_HINT),
    )  # fmt: skip
    return {field.key: field for field in fields}


def start_form() -> Form:
    """The fields of a station, those that are asked first at the top."""
    it = scope_fields()
    task = Text("task", "task", "what it is to do", about="its first request")
    agent = Choice("agent", "agent", [Option(FALLBACK)])
    model = Words("model", "model", "its own", about="the model, as the agent calls it")
    branch = Words("branch", "branch", "a new one of its own", about="an existing branch, or the name of a new one")
    start = Words("from", "from", "the base", about="what a new branch begins at")
    mode = Choice("mode", "mode", MODES, about=ABOUT_MODE)
    name = Words("name", "name", "after its task", about="what it is called")
    role = Words("role", "role", "none", about="the kind of work it does")
    command = Words("command", "command", "such as mini -y -t {task}",
                    about="what is run; {task} stands for the task")  # fmt: skip
    return Form(
        [
            [task],
            [agent, model],
            [command],
            [branch, start],
            [it["writes"]],
            [it["reads"], it["tools"]],
            [it["network"], it["alone"]],
            [it["hosts"]],
            [mode, it["budget"]],
            [role, name],
        ]
    )


def scope_form() -> Form:
    """The fields of a boundary alone."""
    it = scope_fields()
    return Form(
        [
            [it["writes"]],
            [it["reads"]],
            [it["tools"]],
            [it["network"], it["alone"]],
            [it["hosts"]],
            [it["budget"]],
        ]
    )


def read(form: Form, root: str = "") -> Meant:
    """The boundary that is written, with what of it cannot be meant. `root` is what absolute patterns lie in."""
    written = meant(form.values, root)
    wrong = [reason for host in written.scope.hosts if (reason := hosts.trouble(host))]
    if not wrong:
        return written
    return Meant(written.scope, written.budget, {**written.troubles, "hosts": wrong[0]})


def field_offers(state: FloorState, knowing: Knowing, sources: Sources, key: str, typed: str) -> Sequence[Offer]:
    """What can be taken into a field of text."""
    match key:
        case "branch" | "from":
            return matching(typed, branch_offers(state))
        case "model":
            return matching(typed, model_offers(state))
        case "role":
            return matching(typed, role_offers(state))
        case "writes" | "reads":
            return scope_offers(state, typed, knowing.tree, sources)
        case "tools" | "hosts":
            return named_before(state, key, typed)
    return ()
