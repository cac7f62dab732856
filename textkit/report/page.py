"""One self-contained HTML page: no script, no network, everything escaped by the template."""

from __future__ import annotations

from importlib import resources

from textkit import __version__
from textkit.report.opening import head
from textkit.report.sections import make_sections
from textkit.report.sources import Sources

_LANGUAGE = {"zh": "zh-Hans", "en": "en"}


def make_page(sources: Sources) -> bytes:
    """Return the page as UTF-8."""
    import jinja2
    from markupsafe import Markup

    here = resources.files("textkit.report")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=False, keep_trailing_newline=True
    )
    template = environment.from_string((here / "page.html.j2").read_text("utf-8"))
    html = template.render(
        say=sources.say,
        html_lang=_LANGUAGE[sources.say.lang],
        version=__version__,
        title=sources.settings.title or sources.say("report"),
        css=Markup((here / "page.css").read_text("utf-8")),  # noqa: S704 our own file, not data
        head=head(sources),
        sections=make_sections(sources),
    )
    return without_invisible(html).encode("utf-8", "replace")


def without_invisible(text: str) -> str:
    r"""Make characters visible that HTML forbids or that turn the direction of a line; NUL would end some parsers.

    >>> without_invisible("a\x00b\u202ec")
    'a�b�c'
    """
    return text.translate(_INVISIBLE)


_CONTROLS = [*(code for code in range(0x20) if chr(code) not in "\t\n\r"), *range(0x7F, 0xA0)]
_TURNS = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_INVISIBLE = dict.fromkeys(_CONTROLS + _TURNS, "\ufffd")
