"""What an operator fills in before a station is started or gets another boundary: values, their words, their doubts."""
