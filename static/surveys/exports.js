// Save a survey as files: a report with chosen photos, tables, and formats of other programs.

import { fetchFile } from "../app/api-client.js";
import { $, $$, announce, downloadFile, el, setChildren } from "../app/dom.js";
import { t } from "../app/language.js";
import { attempt } from "../app/problem.js";

const SHOWN = 6; // photos of a report, if nobody chooses others
const MOST = 24;

/** [words, path below the survey's, end of the file's name] */
const FILES = [
  [t("Table (CSV)"), ".csv", ".csv"],
  [t("Table (Excel)"), ".csv?format=xlsx", ".xlsx"],
  [t("Map points (GeoJSON)"), ".geojson", ".geojson"],
  [t("Darwin Core archive"), "/dwca.zip", ".zip"],
  [t("CoralNet annotations"), "/coralnet.csv", " coralnet.csv"],
  [t("Labels (COCO)"), "/coco.json", " coco.json"],
  [t("MERMAID template"), "/mermaid.csv", " mermaid.csv"],
];

/** @param {any} survey */
export function showExports(survey) {
  const path = `/surveys/${survey.survey_id}`;
  const button = (words, fileOf, filename) =>
    el("button", { type: "button", onclick: () => attempt(async () => save(await fetchFile(fileOf()), filename)) }, words);
  const report = (kind) => button(t("Report ({format})", { format: kind.toUpperCase() }), () => `${path}/report.${kind}${chosen()}`, `${survey.name}.${kind}`);
  const files = FILES.map(([words, end, name]) => button(words, () => path + end, survey.name + name));
  const print = el("button", { type: "button", onclick: () => window.print() }, t("Print"));
  setChildren($("#export-options"), report("pdf"), report("html"), ...files, print);
  $("#report-photos").hidden = survey.photo_count <= 1;
  setChildren($("#report-choices"), ...survey.photos.map(choice));
}

function save(file, filename) {
  downloadFile(file, filename);
  announce(t("{name} saved.", { name: filename }));
}

function choice({ photo_id, name }, index) {
  const box = el("input", { type: "checkbox", value: photo_id, checked: index < SHOWN });
  return el("label", { class: "check" }, box, name || t("Photo {id}", { id: photo_id }));
}

/** The language and the photos that are chosen for the report, as a query. */
function chosen() {
  const ids = $$("#report-choices input:checked").map((box) => box.value);
  if (ids.length > MOST) throw new Error(t("A report shows at most {most} photos; {n} are ticked.", { most: MOST, n: ids.length }));
  return `?${new URLSearchParams([["lang", $("#report-language").value], ...ids.map((id) => ["photo", id])])}`;
}
