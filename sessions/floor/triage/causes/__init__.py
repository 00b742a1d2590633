"""Why something needs a person: named rules over what was said, in order. Never a model."""
