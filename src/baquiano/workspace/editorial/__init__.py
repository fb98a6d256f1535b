"""The editorial desk: what we say, who answers for it, and until when."""
