"""What tests stand on: machines, repositories, transcripts and screens made for them."""
