"""What people asked and we could not answer: put together, and made into something that answers."""
