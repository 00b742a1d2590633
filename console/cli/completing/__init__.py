"""What shells complete after the name of the program, made from its parser."""
