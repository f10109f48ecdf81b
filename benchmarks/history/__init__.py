"""The asv suite: how our own speed moves from commit to commit. Peers do not belong here: see ../peers."""
