"""What keys do: one after the other, with the operator's own keymap."""

from __future__ import annotations

from time import monotonic

from textual import events

from console.actions.registry import BY_ID, actions_on, key_name, keys_of
from console.frame.drawn import DrawnApp
from console.screens.base import FactoryScreen
from sessions.errors import FactoryError

OF_THE_TERMINAL = ("app.redraw", "app.suspend", "app.leave")
"""Actions that are about no screen, and done also while something is asked or typed."""
LEAVE_S = 3.0
"""So long after it was said how to quit, the same key quits."""
KEYMAP_S = 30.0
"""How long a mistake in the keymap stays in the footer."""


class KeyedApp(DrawnApp):
    """Runs keys to their ends, one after the other."""

    user_keys: dict[str, str]
    _leaves_until = 0.0
    """Up to this moment of the monotonic clock `leave` quits."""

    def take_keymap(self) -> None:
        if self.options.keymap is None or not self.options.keymap.exists():
            return
        from console.actions.keymap import load

        try:
            self.user_keys = load(self.options.keymap)
        except FactoryError as error:
            if isinstance(self.screen, FactoryScreen):
                # By its name alone, so that the cure is read too; `doctor` says where it lies.
                self.screen.say(str(error).replace(str(self.options.keymap), self.options.keymap.name), KEYMAP_S)
        self.set_keymap(self.user_keys)

    async def on_event(self, event: events.Event) -> None:
        """Keys run here, one after the other, each to its end.

        Textual hands every key to the screen at once and runs their bindings only when they come back: of keys that
        arrive together the later ones would not be answers to the question, or for the screen, that the first opened.
        """
        screen = self.screen_stack[-1] if self.screen_stack else None
        mine = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        if not mine or not isinstance(screen, FactoryScreen):
            await super().on_event(event)
        elif isinstance(event, events.Key):
            self.app_focus = True
            for key in self._typed(event):
                if isinstance(top := self.screen_stack[-1], FactoryScreen):
                    await self._press(top, key)
        elif isinstance(event, events.Paste):
            screen.take_paste(event.text)

    def _typed(self, event: events.Key) -> list[events.Key]:
        """Escape and a letter that come in one packet look like Alt and the letter: they are two keys again."""
        letter = event.character
        mapped = any(event.key in keys.split(",") for keys in self.user_keys.values())
        if not event.key.startswith("alt+") or not letter or mapped:
            return [event]
        return [events.Key("escape", "\x1b"), events.Key(letter, letter)]

    async def _press(self, screen: FactoryScreen, event: events.Key) -> None:
        before, screen.last_key = screen.last_key, monotonic()
        if await self._check_bindings(event.key, priority=True):
            return
        for action in map(BY_ID.__getitem__, OF_THE_TERMINAL):
            if event.key in keys_of(action, self.user_keys) and not event.is_printable:
                await self.run_action(action.run)
                return
        if not screen.lets_go(before) and not await screen.take(event.key, event.character):
            await self._check_bindings(event.key)

    async def action_leave(self) -> None:
        """Leave what is typed or asked. Elsewhere say how to quit, and quit when it is pressed once more."""
        screen = self.screen_stack[-1]
        if isinstance(screen, FactoryScreen) and screen.asked():
            await screen.take("escape", None)
        elif monotonic() < self._leaves_until or not isinstance(screen, FactoryScreen):
            self.exit()
        else:
            self._leaves_until = monotonic() + LEAVE_S
            quitting = (action for action in actions_on(screen.SPEC.name) if action.run == "app.quit")
            keys = [key for action in quitting for key in keys_of(action, self.user_keys)]
            way = f"{key_name(keys[0])} quits, and so does" if keys else "to quit press"
            screen.say(f"{way} this key once more", LEAVE_S)
