"""The conversations the machine handed over, and the desk where a person answers them."""
