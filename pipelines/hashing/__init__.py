"""Keyed hashes of very many identifiers, on all cores: one Python hashes on one of them only.

``python -m pipelines.hashing`` is the process that hashes along.
"""
