"""Parts that all screens use: panels, scrolling, footer, prompt, picker, legend."""
