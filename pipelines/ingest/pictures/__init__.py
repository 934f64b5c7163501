"""Pictures that records name, read where the source has their files: what a file says goes into its record."""
