"""The whole local Firebase suite in one process, with the official ports, URLs and variables."""
