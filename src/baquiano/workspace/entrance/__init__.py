"""Who comes in: name and password, second factor, invitations, and leaving."""
