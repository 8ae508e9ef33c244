"""Test the check of the built documentation."""

from pathlib import Path

import pytest

from docs.site.check import Page, broken_links, outside_requests


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "other.html").write_text('<h1 id="there">Title</h1>')
    (tmp_path / "style.css").write_text("p { background: url(there.png) }")
    return tmp_path


def problems(site: Path, html: str) -> list[str]:
    (site / "page.html").write_text(html)
    pages = {path: Page(path) for path in sorted(site.glob("*.html"))}
    return [*broken_links(pages), *outside_requests(site, pages)]


@pytest.mark.parametrize(
    "html",
    [
        pytest.param('<a href="other.html#there">', id="a link to an anchor of another page"),
        pytest.param('<a href="https://reef.example/">', id="a link that leaves the site when it is clicked"),
        pytest.param('<a href="#x"><p id="x">', id="a link to an anchor of the same page"),
        pytest.param('<script src="style.css"></script>', id="a file of the site"),
    ],
)
def test_a_link_that_works_is_no_problem(site: Path, html: str) -> None:
    assert problems(site, html) == []


@pytest.mark.parametrize(
    ("html", "says"),
    [
        pytest.param('<a href="none.html">', "is not there", id="a page that does not exist"),
        pytest.param('<a href="other.html#x">', "no such anchor", id="an anchor that does not exist"),
        pytest.param('<img src="none.png">', "is not there", id="an image that does not exist"),
        pytest.param(
            '<script src="https://cdn.example/a.js">', "from outside", id="a script of another host"
        ),
        pytest.param(
            '<link rel="stylesheet" href="//cdn.example/a.css">', "from outside", id="a style of another host"
        ),
        pytest.param('<img src="https://cdn.example/a.png">', "from outside", id="an image of another host"),
    ],
)
def test_a_broken_link_and_an_outside_request_are_reported(site: Path, html: str, says: str) -> None:
    (problem,) = problems(site, html)

    assert problem.startswith("page.html")
    assert says in problem


def test_a_style_sheet_that_loads_a_font_from_another_host_is_reported(site: Path) -> None:
    (site / "style.css").write_text("@font-face { src: url('https://fonts.example/a.woff2') }")

    assert problems(site, "") == ["style.css loads a file from outside"]
