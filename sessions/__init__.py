"""The factory itself, with no screen: events, journal, observation, supervision."""

__version__ = "0.1.0"
