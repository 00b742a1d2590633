"""A fault in a widget is told to the app, and the widget lives on.

Textual (8.2.8) ends the message loop of a widget with its first fault, and with it the widget.
"""

from __future__ import annotations

from textual.message import Message
from textual.message_pump import MessagePump


class Guarded(MessagePump):
    """To stand before the class of a widget or a screen."""

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:  # whatever it is: the app decides what becomes of a fault
            self.app._handle_exception(error)
