"""Which groups of a data set are kept out of training."""

import hashlib


def is_held_out(name: str, group: str, share: float, seed: int) -> bool:
    """Whether ``group`` of the set ``name`` is held out; the answer depends on these four values alone.

    A group (scene, person, clip) is on one side as a whole, and adding pictures moves no other group.
    """
    digest = hashlib.sha256(f"{seed}/{name}/{group}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < share
