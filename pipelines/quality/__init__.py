"""The gates: Great Expectations asserts on a few numbers per split, never on the rows themselves.

A gate takes numbers that others counted and returns every assertion with what was observed. It
decides nothing else: whoever calls it refuses to write or to publish when one of them failed.
"""
