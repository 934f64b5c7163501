"""Image files -> what they declare of themselves. Pure functions over bytes; no pixel is decoded.

A module per container yields its parts (``parts.py``): blocks of metadata as bytes, the dimensions, doubts. A
module per kind of block (``exif.py``, ``iim.py``, ``xmp.py``) turns bytes into properties and values.
``fields.py`` says which properties, ``limits.py`` how much of anything, ``reading.py`` puts it together.
"""
