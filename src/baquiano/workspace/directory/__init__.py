"""The organisations around us, as far as a consent needs to name them."""
