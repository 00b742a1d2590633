"""What models cost and hold. The only place that knows litellm, whose table of prices it ships."""
