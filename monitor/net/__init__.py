"""What touches the network: HTTP with manners, the parser's process, the channels."""

from __future__ import annotations
