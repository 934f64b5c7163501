"""The recursions of RFC 6962, section 2.1, word for word, over a list of leaves: slow, and shares no code with ours."""

from hashlib import sha256


def below(n):
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(leaves):
    """MTH(D[n])."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(bytes([0]) + leaves[0]).digest()
    k = below(len(leaves))
    return sha256(bytes([1]) + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m, leaves):
    """PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    k = below(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def proof(m, leaves):
    """PROOF(m, D[n])."""
    return subproof(m, leaves, is_known=True)


def subproof(m, leaves, *, is_known):
    """SUBPROOF(m, D[n], b)."""
    if m == len(leaves):
        return [] if is_known else [mth(leaves)]
    k = below(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], is_known=is_known), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], is_known=False), mth(leaves[:k])]


def reader(leaves):
    """Hashes of complete subtrees of these leaves, each from nothing."""

    def read(names):
        for level, index in names:
            assert (index + 1) << level <= len(leaves), "beyond the tree"
        return [mth(leaves[index << level : (index + 1) << level]) for level, index in names]

    return read
