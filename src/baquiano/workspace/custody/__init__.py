"""What people may ask of their data: requests and their clocks, one person's custody, and keeping times."""
