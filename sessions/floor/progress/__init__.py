"""What each station got done, what it repeats and what it waits for: values, and what they say of it. Pure."""
