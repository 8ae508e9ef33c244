"""Check that every internal link of the built site resolves and that its pages load nothing from other hosts.

    python docs/site/check.py build/site

Links to other sites may be clicked, so they are allowed; they are not requested here.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

_ROOT: Final = Path(__file__).parents[2]
_LOADED: Final = {("script", "src"), ("img", "src"), ("source", "src"), ("iframe", "src"), ("object", "data")}
_STYLE_URL: Final = re.compile(r"(?:url\(|@import )\s*[\"']?(https?:)?//")
_MARKDOWN_LINK: Final = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


class Page(HTMLParser):
    """The anchors of a page, the links it offers, and the addresses it loads by itself."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag defines and names."""
        values = {name: value for name, value in attrs if value}
        self.ids.update(values[name] for name in ("id", "name") if name in values)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "link" and values.get("rel") not in {"canonical", "prev", "next"}:
            self.loaded.append(values["href"])
        self.loaded += [values[name] for name in ("src", "data") if (tag, name) in _LOADED and name in values]


def broken_links(pages: Mapping[Path, Page]) -> Iterator[str]:
    """Yield a line for each link to a file or an anchor that is not there."""
    for path, page in pages.items():
        # The 404 page is served under any address, so its links are relative to the root of the site.
        for link in (*page.links, *page.loaded) if path.name != "404.html" else ():
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                yield f"{path.name} links to {link}, which is not there"
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
                yield f"{path.name} links to {link}, but that page has no such anchor"


def outside_requests(site: Path, pages: Mapping[Path, Page]) -> Iterator[str]:
    """Yield a line for each file that a browser would load from another host."""
    for path, page in pages.items():
        yield from (f"{path.name} loads {url} from outside" for url in page.loaded if urlsplit(url).netloc)
    for path in sorted(site.rglob("*.css")):
        if _STYLE_URL.search(path.read_text()):
            yield f"{path.name} loads a file from outside"


def broken_links_beside_the_code() -> Iterator[str]:
    """Yield a line for each link to a missing file in README.md and the other root documents."""
    for path in sorted(_ROOT.glob("*.md")):
        for link in _MARKDOWN_LINK.findall(path.read_text()):
            parts = urlsplit(link)
            if not parts.scheme and parts.path and not (_ROOT / unquote(parts.path)).exists():
                yield f"{path.name} links to {link}, which is not there"


def main() -> None:
    """Print the problems and exit with 1 if there are any."""
    site = Path(sys.argv[1]).resolve()
    pages = {path: Page(path) for path in sorted(site.rglob("*.html"))}
    found = [*broken_links(pages), *outside_requests(site, pages), *broken_links_beside_the_code()]
    sys.stdout.write("\n".join((*found, f"{len(pages)} pages checked, {len(found)} problems")) + "\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
