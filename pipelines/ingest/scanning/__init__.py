"""Pictures of a folder, read in processes that may die: hostile files cost themselves alone.

``python -m pipelines.ingest.scanning`` is such a process. Who starts it trusts no answer of it.
"""
