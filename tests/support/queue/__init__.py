"""What tests of tasks share: floors with a queue."""
