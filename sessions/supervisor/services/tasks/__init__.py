"""What a supervisor does about the queue: gives tasks to stations, has them checked, and takes them back."""
