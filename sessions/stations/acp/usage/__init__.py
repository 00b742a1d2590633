"""What agents say and record of the tokens they use."""
