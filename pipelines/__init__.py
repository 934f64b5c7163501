"""The batch pipelines: ingest, build, lineage, review."""
