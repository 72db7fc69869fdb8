"""How much one definition, expression, text or event may cost. Each has its own error in `engine.errors`."""

from __future__ import annotations

MICROSTEPS = 64  # transitions set off by one event
TEXT_LENGTH = 4096  # characters of one rendered text (WhatsApp's own limit for a text body)
TEMPLATE_LENGTH = 4096  # characters of a text's source
CHOICES = 100  # things a person may pick from in one question
VALUE_LENGTH = 65_536  # characters or items of one remembered value
EXPRESSION_LENGTH = 1000  # characters
EXPRESSION_NODES = 200  # syntax nodes
EXPRESSION_DEPTH = 20  # nesting

FILE_LENGTH = 1_000_000  # characters of one YAML file
YAML_NODES = 100_000  # nodes with every alias expanded
YAML_DEPTH = 24  # nesting
CALL_DEPTH = 8  # sub-flows inside sub-flows
