"""Who objected: an append-only log of events, the snapshot a build takes, and the intake.

A raw identifier is turned into a keyed pseudonym on its way in and is never stored. Nothing here
reads a clock or knows where a key lies: instants and keys are passed in.
"""
