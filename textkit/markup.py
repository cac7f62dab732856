"""The one place where text becomes HTML: everything that comes from outside is escaped here."""

from __future__ import annotations

import html
import json
from typing import Any


def esc(value: object) -> str:
    """Escape a value for HTML text and quoted attributes.

    >>> esc('<b onclick="x">')
    '&lt;b onclick=&quot;x&quot;&gt;'
    """
    return html.escape(str(value), quote=True)


def json_script(value: Any) -> str:
    r"""Dump JSON that may stand inside a ``<script>`` element.

    >>> json_script("</script>")
    '"\\u003c/script>"'
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
