"""Looking into things: questions that a console asks, and the desk that answers them where journal and files lie."""
