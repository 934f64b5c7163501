"""Questions about published versions: relations for SQL, funnel, diff, explain and where.

Everything is read from the store, each object checked against its digest; nothing here decides
about a record. A subject is written as 16 hexadecimal digits everywhere: most readers of JSON
would round a number of 64 bits.
"""
