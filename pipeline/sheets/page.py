"""Pairs become a page that a browser shows without a network, beside the pictures that it names."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from pipeline.errors import printable
from pipeline.sheets.pair import Pair

_STYLE = (
    "body{margin:2rem auto;max-width:84rem;padding:0 1rem;background:#111317;color:#f4f2ec;"
    "font:16px/1.5 system-ui,sans-serif}h1{font-size:1.5rem;margin:0}p{color:#a6abb3;margin:.2rem 0 1.5rem}"
    "figure{margin:0 0 2rem}img{max-width:100%;height:auto;display:block}figcaption{color:#a6abb3;font-size:.9rem}"
)


def page(title: str, about: str, pairs: Iterable[tuple[Pair, str]]) -> str:
    """The page of pairs, each with the name of its picture's file."""
    figures = "\n".join(_figure(pair, file) for pair, file in pairs)
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n"
        f"<h1>{_text(title)}</h1>\n<p>{_text(about)}</p>\n{figures}\n</html>\n"
    )


def _figure(pair: Pair, file: str) -> str:
    words = f"{pair.name}, {pair.kind}: before, {pair.before.words}; after, {pair.after.words}"
    return (
        f'<figure id="{_text(pair.name)}"><img src="{quote(file)}" alt="{_text(words)}" loading="lazy">'
        f"<figcaption>{_text(words)}</figcaption></figure>"
    )


def _text(text: str) -> str:
    return escape(printable(text))
