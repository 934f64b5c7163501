"""Tables, how they came about, and the two databases that hold them."""
