"""What merges are taken to: parts that many pairs share, what is known of them, what is still to be merged."""
