"""The ledger (台帳): an append-only Merkle log of what was stated, asked, consented and delivered."""
