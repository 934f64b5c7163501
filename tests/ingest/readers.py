"""What a reader made of a file: one entry per row, in order."""


def rows_of(batches, *columns):
    """(position, values of these columns) of each row, or (position, defect)."""
    found = []
    for batch in batches:
        values = [batch.column(name) for name in columns]
        assert [len(column) for column in values] == [batch.rows] * len(columns)
        assert len(batch.positions) == batch.rows
        for row, position in enumerate(batch.positions):
            held = tuple(column[row] for column in values)
            if row in batch.defects:
                assert held == (None,) * len(columns)
                found.append((position, batch.defects[row]))
            else:
                found.append((position, *held))
    return found
