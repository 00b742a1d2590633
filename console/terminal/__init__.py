"""The terminal itself: colours, frames, strokes with few bytes, a slow link, what can be asked of it."""
