"""The emergency key, and what it opens: numbers, four steps, one line to the team."""
