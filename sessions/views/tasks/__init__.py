"""The queue as it is shown: rows in their order, the words for what each waits for, what is known of one."""
