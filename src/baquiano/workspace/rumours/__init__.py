"""What goes round: rumours we check, and swindles we warn about."""
