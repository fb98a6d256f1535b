"""Who answers danger: the alerts on every screen, one's own shift, and what still has to be followed up."""
