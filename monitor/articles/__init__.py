"""Pages to articles: the text that is the article's own, and nothing beside it.

`reading` shows the way top to bottom. A false word costs a false alarm, so what is
in doubt is left out.
"""

from __future__ import annotations

from monitor.articles.reading import read_article

__all__ = ["read_article"]
