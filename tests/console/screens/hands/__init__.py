"""What keys do to stations of ours."""
