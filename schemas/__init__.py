"""What the words mean: models, Arrow schemas, outcomes, identifiers, canonical JSON, errors.

Nothing here reads a file, a clock or a key; every other package may import this one.
"""
