"""What drives the jobs: the loop, its timer, and its word to the service manager."""

from __future__ import annotations
