"""One database in memory: writes decided and committed, watches told of what changed."""
