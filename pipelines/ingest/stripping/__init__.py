"""Copies of pictures without what they declare: compressed image data byte for byte, and little else.

Each container says what it keeps; what it does not know is left out, or the file is refused. Two things stay
because a picture would look otherwise without them: the colour profile, and the orientation, as the one thing
that its block, tag or properties hold. TIFF and HEIF, in which anything may stand anywhere, are written anew.

Parts of an image that nothing shows are left out. Of parts that contradict each other decoders show
this one or that one: the file is refused.
"""
