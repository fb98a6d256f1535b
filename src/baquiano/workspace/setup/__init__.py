"""Who works here, what each may do, and when somebody is there."""
