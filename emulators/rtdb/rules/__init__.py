"""The security rules language: document, lexer, parser, static types, evaluation, decisions."""
