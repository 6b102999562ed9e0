"""The field tables, under the name that the tests of stored nodes know."""

from tools.data_model import DOCUMENT, READERS, UNITS, WRITERS, Field, leaves, read_fields

__all__ = ["DOCUMENT", "READERS", "UNITS", "WRITERS", "Field", "leaves", "read_fields"]
