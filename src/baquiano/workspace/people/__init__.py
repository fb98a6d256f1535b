"""The people we serve, for those who may see them."""
