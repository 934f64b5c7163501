"""The independent check of a version: what it holds, and that it follows from its source.

Shares nothing with the code that made the version but :mod:`schemas` (law 9). PyArrow decodes, SQL judges.
"""
