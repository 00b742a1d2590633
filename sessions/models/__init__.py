"""What models cost and hold. The only place that knows litellm, and it reads only its table."""
