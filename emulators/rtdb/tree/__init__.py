"""The stored value: a persistent tree, its order, its hash and its JSON forms. No I/O."""
