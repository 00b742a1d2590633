"""What a supervisor does beside keeping the journal: it watches transcripts, branches, conflicts."""
