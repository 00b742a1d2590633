"""Ways out by git: to have the host run the station's programs, or to change the user's repository."""

from __future__ import annotations

from tests.support.boundary.escape import Escape, Kind

_EVIL = """\
mkdir -p src/evil/hooks
printf '[core]\\n\\tfsmonitor = "%s"\\n\\thooksPath = %s/src/evil/hooks\\n' "$TRAP" "$PLACE" > src/evil/config
printf '#!/bin/sh\\n%s\\n' "$TRAP" > src/evil/hooks/pre-commit
cp src/evil/hooks/pre-commit src/evil/hooks/post-checkout
chmod +x src/evil/hooks/*
"""
"""Things to plant: each touches a file outside when the host runs it."""
_ROOM = "its git directory can be written; the host does not go by it"

WAYS = (
    Escape(
        "`commondir`",
        "points git's shared files into its scope, where a configuration lies that names a program",
        _EVIL + 'cp -r .git/objects .git/refs .git/HEAD src/evil/; echo "$PLACE/src/evil" > .git/commondir',
        git=True,
        landlock=_ROOM,
    ),
    Escape(
        "`commondir` replaced",
        "puts another file in its place, by renaming",
        _EVIL
        + 'echo "$PLACE/src/evil" > src/c; cp -r .git/objects .git/refs .git/HEAD src/evil; mv -f src/c .git/commondir',
        git=True,
        landlock=_ROOM,
    ),
    Escape(
        "`config.worktree`",
        "writes the configuration of the work tree",
        _EVIL + "cat src/evil/config > .git/config.worktree",
        git=True,
        landlock=_ROOM,
    ),
    Escape(
        "`git config`",
        "has git write a program into its configuration",
        'git config core.fsmonitor "$TRAP"',
        git=True,
        landlock=_ROOM,
    ),
    Escape(
        "configuration replaced",
        "renames another file over it",
        _EVIL + "mv -f src/evil/config .git/config",
        git=True,
        landlock=_ROOM,
    ),
    Escape("a hook", "plants one in its clone", _EVIL + "cp src/evil/hooks/* .git/hooks/", git=True, landlock=_ROOM),
    Escape(
        "the hooks' directory",
        "moves it away and makes another",
        _EVIL + "mv .git/hooks .git/old && cp -r src/evil/hooks .git/hooks",
        git=True,
        landlock=_ROOM,
    ),
    Escape(
        "`.git` moved",
        "moves the git directory away and makes another",
        _EVIL + "mv .git src/old && cp -r src/old .git && cat src/evil/config >> .git/config",
        git=True,
    ),
    Escape(
        "`.git` a file",
        "swaps it for a file that points into its scope",
        _EVIL + 'mv .git src/old && echo "gitdir: $PLACE/src/old" > .git && cat src/evil/config >> src/old/config',
        git=True,
    ),
    Escape(
        "alternates",
        "has the host read objects from elsewhere",
        'echo "$OPERATOR" >> .git/objects/info/alternates',
        landlock=_ROOM,
    ),
    Escape(
        "alternates replaced",
        "moves the directory above away, and makes another",
        'cd .git/objects && mv info was && mkdir info && echo "$OPERATOR" > info/alternates',
        landlock=_ROOM,
    ),
    Escape(
        "objects moved",
        "moves all objects away, with the list of where others are",
        'mv .git/objects .git/was && mkdir -p .git/objects/info && echo "$OPERATOR" > .git/objects/info/alternates',
        landlock=_ROOM,
    ),
    Escape(
        "a gitlink with filters",
        "puts a repository of its own into the index, with programs in its configuration, for the host to enter",
        _EVIL
        + "git init -q src/in && cd src/in && git commit -q --allow-empty -m x && cat ../evil/config >> .git/config"
        " && cd ../.. && git add src/in",
        git=True,
    ),
    Escape(
        "a submodule",
        "declares one whose git directory has programs in its configuration",
        _EVIL + "git init -q src/m && (cd src/m && git commit -q --allow-empty -m x) && mkdir -p .git/modules"
        ' && mv src/m/.git .git/modules/m && echo "gitdir: ../../.git/modules/m" > src/m/.git'
        " && cat src/evil/config >> .git/modules/m/config && git add src/m"
        " && printf '[submodule \"m\"]\\n\\tpath = src/m\\n\\turl = ./m\\n\\tignore = none\\n' > src/.gitmodules",
        git=True,
    ),
    Escape(
        "attributes and filters",
        "gives its files a filter, and names the filter's program",
        "printf '* filter=evil\\n' > src/.gitattributes; echo b > src/a.py; git config filter.evil.clean \"$TRAP\"",
        git=True,
        landlock=_ROOM,
    ),
    Escape(
        "another branch",
        "moves a branch of the user's repository, as git does it and by the file",
        'git commit -q --allow-empty -m evil; git --git-dir="$REPO" update-ref refs/heads/other HEAD~0;'
        ' git rev-parse HEAD > "$REPO/refs/heads/other"',
    ),
    Escape(
        "a push",
        "pushes into the user's repository",
        'git commit -q --allow-empty -m evil; git push -q -f origin HEAD:other; git push -q -f "$REPO" HEAD:other',
    ),
    Escape(
        "the user's hooks",
        "plants one in the user's repository",
        _EVIL + 'cp src/evil/hooks/pre-commit "$REPO/hooks/pre-commit"',
    ),
    Escape(
        "the user's configuration", "writes a program into it", 'git --git-dir="$REPO" config core.fsmonitor "$TRAP"'
    ),
    Escape("the user's objects", "deletes them", 'rm -rf "$REPO"/objects/?? "$REPO"/objects/pack/*'),
    Escape("a garbage collection", "has git prune the user's repository", 'git --git-dir="$REPO" gc -q --prune=now'),
    Escape("the user's passwords", "reads them in the addresses of its remotes", 'cat "$REPO/config"'),
    Escape(
        "a work tree of the user's repository",
        "registers one inside its scope",
        'git --git-dir="$REPO" worktree add -q --force "$PLACE/src/tree" other',
    ),
    Escape(
        "pinned settings",
        "writes an agent's settings in the repository, or moves their directory away and makes another",
        "echo evil > .claude/settings.json; mv .claude .was; mkdir .claude; echo evil > .claude/settings.json",
        kind=Kind.WIDE,
        landlock="it cannot shut what lies in an open directory",
    ),
    Escape(
        "a second name of pinned settings",
        "links them to another name and writes by that",
        "ln .claude/settings.json src/again && echo evil > src/again",
        kind=Kind.WIDE,
        landlock="it cannot shut what lies in an open directory",
    ),
)
