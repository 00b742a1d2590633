"""The operator's keymap: a TOML file that gives keys to actions.

    [keys]
    "ctrl+n" = "floor.attention"
    "s" = "floor.search"
    "g" = "none"

Each line gives one key to one action; the action keeps its other keys. `none` takes a key away. A key may not leave
another action of the same screen without any key, and a typing error is never passed over in silence.
"""

from __future__ import annotations

from pathlib import Path

from console.actions.registry import ACTIONS, BY_ID, key_name
from sessions.errors import UsageError

NONE = "none"
_ALIASES = {"esc": "escape", "pgup": "pageup", "pgdn": "pagedown", "del": "delete", "ins": "insert", "return": "enter"}
_NAMES = {
    "?": "question_mark", ":": "colon", "/": "slash", ",": "comma", ".": "full_stop", ";": "semicolon", "-": "minus",
    "+": "plus", "=": "equals_sign", "<": "less_than_sign", ">": "greater_than_sign", "[": "left_square_bracket",
    "]": "right_square_bracket", "(": "left_parenthesis", ")": "right_parenthesis", "!": "exclamation_mark",
    "@": "at", "#": "number_sign", "$": "dollar_sign", "%": "percent_sign", "&": "ampersand", "*": "asterisk",
    "_": "underscore", "'": "apostrophe", '"': "quotation_mark", "\\": "backslash", "|": "vertical_line",
    "~": "tilde", "`": "grave_accent", "^": "circumflex_accent", "{": "left_curly_bracket",
    "}": "right_curly_bracket", " ": "space",
}  # fmt: skip
_NAMED = (
    frozenset({"up", "down", "left", "right", "home", "end", "pageup", "pagedown", "enter", "escape", "space", "tab"})
    | frozenset({"backspace", "delete", "insert"})
    | frozenset(f"f{number}" for number in range(1, 25))
    | frozenset(_NAMES.values())
)
_MODIFIERS = ("ctrl", "shift", "alt", "super", "meta")


def load(path: Path) -> dict[str, str]:
    """The keymap of a file as Textual takes it: action id to keys with commas between. No file: an empty one.

    Raises `UsageError` that names the file, the key and the cure.
    """
    import tomllib

    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error})", "mend it, or take it away for the usual keys") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: {error}", 'each line under [keys] is "key" = "action"') from error
    unknown = sorted(set(table) - {"keys"})
    if unknown:
        raise UsageError(f"{path}: there is no table [{unknown[0]}]", "put the keys under [keys]")
    keys = table.get("keys", {})
    if not isinstance(keys, dict):
        raise UsageError(f"{path}: `keys` is not a table", "begin it with a line [keys]")
    return keymap(keys, str(path))


def keymap(keys: dict[str, object], where: str) -> dict[str, str]:
    """The keymap that a `[keys]` table asks for; `where` names it in messages."""
    given: dict[str, str] = {}
    for written, wanted in keys.items():
        key = _key(written, where)
        if key in given:
            raise UsageError(f"{where}: key {written!r} is given twice", "keep one of the two lines")
        given[key] = _action_id(written, wanted, where)
    bound = {action.id: list(action.keys) for action in ACTIONS}
    for key, wanted in given.items():
        places = set(BY_ID[wanted].where) if wanted != NONE else None
        for action in ACTIONS:
            if key in bound[action.id] and (places is None or places & set(action.where)):
                bound[action.id].remove(key)
    for key, wanted in given.items():
        if wanted != NONE:
            bound[wanted].append(key)
    _nothing_lost(bound, given, where)
    return {a.id: ",".join(bound[a.id]) for a in ACTIONS if tuple(bound[a.id]) != a.keys}


def _nothing_lost(bound: dict[str, list[str]], given: dict[str, str], where: str) -> None:
    for action in ACTIONS:
        if bound[action.id] or not action.keys:
            continue
        if any(a.run == action.run and bound[a.id] and set(action.where) <= set(a.where) for a in ACTIONS):
            continue  # another key still does the same
        taken = next(((k, given[k]) for k in action.keys if given.get(k, NONE) != NONE), None)
        if taken:
            raise UsageError(
                f"{where}: key {key_name(taken[0])!r} for {taken[1]} is the only key of {action.id}",
                f"give {action.id} another key too",
            )


def _action_id(written: str, wanted: object, where: str) -> str:
    if wanted == NONE or (isinstance(wanted, str) and wanted in BY_ID):
        return str(wanted)
    from difflib import get_close_matches

    near = get_close_matches(str(wanted), BY_ID, 1)
    cure = f"did you mean {near[0]!r}?" if near else "the help screen (?) names every action"
    raise UsageError(f"{where}: key {written!r} names the unknown action {str(wanted)[:80]!r}", cure)


def _key(written: str, where: str) -> str:
    """A key as Textual names it: `?` is `question_mark`, `esc` is `escape`."""
    *modifiers, last = ["+"] if written == "+" else written.split("+")
    last = _NAMES.get(last, _ALIASES.get(last.lower(), last if len(last) == 1 else last.lower()))
    plain = last in _NAMED or (len(last) == 1 and last.isalnum())
    if not plain or any(modifier not in _MODIFIERS for modifier in modifiers):
        raise UsageError(f"{where}: there is no key {written[:40]!r}", "write it like ctrl+n, f5, pagedown or ?")
    return "+".join([*modifiers, last])
