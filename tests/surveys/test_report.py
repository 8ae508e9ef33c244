"""Test reports and exports of a survey, each with a reader of its format."""

import csv
import json
import re
from html.parser import HTMLParser
from io import BytesIO, StringIO
from typing import Any

import pytest
from pypdf import PdfReader

from tests.reef import jpeg
from tests.server import RunningServer


@pytest.fixture(scope="module")
def survey(server: RunningServer) -> str:
    """The path of a survey of three photos that has a correction and names in several alphabets."""
    fields = {
        "name": "Señal - Ω",
        "site": "=Тайрона",
        "date": "2024-03-09",
        "depth_m": 7.26,
        "licence": "CC-BY-4.0",
    }
    made = server.client.post(
        "/V1/api/surveys", json={**fields, "creator": "Ana", "contact": "ana@reef.example"}
    )
    path = f"/V1/api/surveys/{made.json()['survey_id']}"
    for number in (1, 2, 3):
        job_id = server.submit(jpeg(1220, 976, seed=number))
        server.completed(job_id)
        body = {
            "job_id": job_id,
            "name": f"{number}.jpg",
            "duplicate": True,
            "taken_at": f"2024-03-09T1{number}:15:00",
        }
        assert server.client.post(f"{path}/photos", json=body).status_code == 201
    changes = [{"job_id": job_id, "chunk": 0, "label": "Partly Bleached Coral"}]
    server.client.post(f"{path}/corrections", json={"by": "Ana", "changes": changes})
    return path


def got(server: RunningServer, path: str) -> bytes:
    answer = server.client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    return answer.content


def test_the_report_is_a_pdf_with_methods_figures_photos_and_citation(
    server: RunningServer, survey: str
) -> None:
    reader = PdfReader(BytesIO(got(server, f"{survey}/report.pdf")))

    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
    model = server.client.get(survey).json()["photos"][0]["summary"]["model"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Señal - Ω: coral cover and bleaching"
    assert reader.root_object["/Lang"] == "en"
    for said in ("Site: =Тайрона", "Methods", model["version"], model["sha256"][:12]):
        assert said in text
    assert re.search(r"\(survey photos of a sea that it had not seen\): balanced accuracy 0\.\d+", text)
    assert "Ana (2024). Señal - Ω, =Тайрона: coral cover and bleaching from 3 photos." in text
    assert "stored 1 label," in text
    assert "Licence of the data: CC-BY-4.0." in text
    assert sum(len(page.images) for page in reader.pages) == 3
    assert "glyphs" not in server.log.read_text()  # fontTools would log how it packs its fonts


def test_the_report_shows_the_photos_that_are_chosen(server: RunningServer, survey: str) -> None:
    photo_id = server.client.get(survey).json()["photos"][1]["photo_id"]

    reader = PdfReader(BytesIO(got(server, f"{survey}/report.pdf?photo={photo_id}")))

    assert sum(len(page.images) for page in reader.pages) == 1
    assert server.client.get(f"{survey}/report.pdf?photo=999999").status_code == 404
    assert server.client.get(f"{survey}/report.pdf?photo=x").status_code == 400


class _Page(HTMLParser):
    """Collects what matters of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_report_is_a_page_that_needs_no_other_file(server: RunningServer, survey: str) -> None:
    page = _Page()
    page.feed(got(server, f"{survey}/report.html").decode())

    sources = [attributes.get("src") or attributes.get("href") for _, attributes in page.tags]
    pictures = [source for source in sources if source]
    assert len(pictures) == 3
    assert all(source.startswith("data:image/jpeg;base64,") for source in pictures)
    assert "Señal - Ω" in page.text
    assert "How to cite" in page.text
    assert ("svg", "img") in [(tag, attributes.get("role")) for tag, attributes in page.tags]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param("es", ["Sitio", "Métodos", "Profundidad7,26 m", "Cómo citar"], id="Spanish"),
        pytest.param("fr", ["Site", "Méthodes", "Profondeur7,26 m", "Comment citer"], id="French"),
        pytest.param("id", ["Lokasi", "Metode", "Kedalaman7,26 m", "Cara mengutip"], id="Indonesian"),
        pytest.param("pt", ["Local", "Métodos", "Profundidade7,26 m", "Como citar"], id="Portuguese"),
    ],
)
def test_the_report_is_in_the_language_that_is_asked_for(
    server: RunningServer, survey: str, language: str, words: list[str]
) -> None:
    page, headers = _Page(), {"Accept-Language": language}

    answer = server.client.get(f"{survey}/report.html", headers=headers)

    page.feed(answer.text)
    assert dict(page.tags)["html"] == {"lang": language}
    assert all(word in page.text for word in words)
    said = re.sub(r"\([^()]*\)", "", page.text)  # without what the card of the model says
    assert re.findall(r"\b(?:and|are|chunks?|of|than|the|this|with)\b", said) == []
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]


def test_a_report_and_a_plot_are_in_the_language_that_is_asked_for(
    server: RunningServer, survey: str
) -> None:
    headers = {"Accept-Language": "es-MX"}
    survey_id = survey.rpartition("/")[2]

    pdf = PdfReader(BytesIO(server.client.get(f"{survey}/report.pdf", headers=headers).content))
    plot = server.client.get(f"/V1/api/surveys/plot.svg?id={survey_id}", headers=headers)

    text = " ".join(page.extract_text() for page in pdf.pages)
    assert pdf.root_object["/Lang"] == "es"
    assert "Licencia de los datos: CC-BY-4.0." in text
    assert "una cruz: sin cifra" in plot.text
    assert plot.headers["Content-Language"] == "es"


def test_the_language_of_a_report_can_be_chosen(server: RunningServer, survey: str) -> None:
    headers = {"Accept-Language": "es"}

    chosen = server.client.get(f"{survey}/report.pdf?lang=id", headers=headers)
    wrong = server.client.get(f"{survey}/report.html?lang=tlh", headers=headers)

    assert PdfReader(BytesIO(chosen.content)).root_object["/Lang"] == "id"
    assert chosen.headers["Content-Language"] == "id"
    assert (wrong.status_code, wrong.json()["title"]) == (400, "BadChoice")


def test_an_empty_survey_has_a_report_too(server: RunningServer) -> None:
    made = server.client.post("/V1/api/surveys", json={"name": "Empty", "date": "2024-03-09"}).json()

    reader = PdfReader(BytesIO(got(server, f"/V1/api/surveys/{made['survey_id']}/report.pdf")))

    assert "too few photos" in reader.pages[0].extract_text()


def chunks_of(server: RunningServer, survey: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    photos = server.client.get(survey).json()["photos"]
    whole = [server.client.get(f"{survey}/photos/{photo['photo_id']}").json() for photo in photos]
    return [(photo, chunk) for photo in whole for chunk in photo["chunks"]]


def test_coralnet_reads_a_point_for_each_chunk_with_its_label(server: RunningServer, survey: str) -> None:
    rows = list(csv.DictReader(StringIO(got(server, f"{survey}/coralnet.csv").decode())))

    known = [one for one in chunks_of(server, survey) if one[1]["predicted_label"] != "Unsure"]
    assert list(rows[0]) == ["Name", "Column", "Row", "Label code"]
    assert len(known) <= len(rows) <= len(known) + 1
    assert all(0 <= int(row["Column"]) < 1220 and 0 <= int(row["Row"]) < 976 for row in rows)
    assert {row["Label code"] for row in rows} <= {"bleached", "partly", "healthy", "not_coral"}
    assert [row["Column"] for row in rows if row["Label code"] == "partly"] == ["122"]


def test_coco_has_a_box_for_each_chunk_and_keeps_its_references(server: RunningServer, survey: str) -> None:
    labels = json.loads(got(server, f"{survey}/coco.json"))

    images = {one["id"]: one for one in labels["images"]}
    categories = {one["id"]: one["name"] for one in labels["categories"]}
    annotations = labels["annotations"]
    assert [one["file_name"] for one in images.values()] == ["1.jpg", "2.jpg", "3.jpg"]
    assert len({one["id"] for one in annotations}) == len(annotations) == len(chunks_of(server, survey))
    for one in annotations:
        x, y, width, height = one["bbox"]
        assert x + width <= images[one["image_id"]]["width"]
        assert y + height <= images[one["image_id"]]["height"]
        assert one["area"] == width * height
        assert len(one["segmentation"][0]) == 8
        assert one["iscrowd"] == 0
    (by_person,) = [one for one in annotations if one["attributes"]["by_person"]]
    assert categories[by_person["category_id"]] == "partly"


def test_mermaid_gets_a_quadrat_for_each_photo_and_nothing_that_photos_do_not_tell(
    server: RunningServer, survey: str
) -> None:
    rows = list(csv.DictReader(StringIO(got(server, f"{survey}/mermaid.csv").decode())))

    first = rows[0]
    assert [row["Quadrat number"] for row in rows] == ["1", "2", "3"]
    assert (first["Site *"], first["Sample date: Year *"], first["Sample time"]) == (
        "'=Тайрона",
        "2024",
        "11:15",
    )
    assert (first["Depth *"], first["Observer emails *"]) == ("7.3", "ana@reef.example")
    assert 0 <= float(first["Hard coral % cover"]) <= 100
    empty = (
        "Management *",
        "Quadrat size *",
        "Soft coral % cover",
        "Macroalgae % cover",
        "Number of colonies pale",
    )
    assert {first[column] for column in empty} == {""}
