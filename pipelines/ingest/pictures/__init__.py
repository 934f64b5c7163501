"""Pictures that records name, read where their files are: what a file says goes into its record."""
