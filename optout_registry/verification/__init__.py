"""The check of a whole registry, from the events up."""
