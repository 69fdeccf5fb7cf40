"""The languages whose word forms are known, as a rule writes them."""

from __future__ import annotations

from typing import Final

# fmt: off
LANGUAGES: Final = (
    "ar", "ast", "bg", "ca", "cs", "cy", "da", "de", "el", "en", "enm", "eo", "es",
    "et", "fa", "fi", "fr", "ga", "gd", "gl", "grc", "gv", "hbs", "he", "hi", "hu",
    "hy", "id", "is", "it", "ka", "la", "lb", "lt", "lv", "mk", "ml", "ms", "nb",
    "nl", "nn", "pl", "pt", "ro", "ru", "se", "sk", "sl", "sq", "sv", "sw", "tl",
    "tr", "uk",
)
# fmt: on
"""By their codes; a test holds them against the lexica themselves."""
