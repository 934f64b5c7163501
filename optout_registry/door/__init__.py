"""The door: where people object, ask what became of it, and take it back."""
