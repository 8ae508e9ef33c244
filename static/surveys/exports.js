// Save a survey as files: a report with chosen photos, tables, and formats of other programs.

import { fetchFile } from "../app/api-client.js";
import { $, $$, announce, downloadFile, el, setChildren } from "../app/dom.js";
import { attempt } from "../app/problem.js";

const SHOWN = 6; // photos of a report, if nobody chooses others
const MOST = 24;

/** [words, path below the survey's, end of the file's name] */
const FILES = [
  ["Table (CSV)", ".csv", ".csv"],
  ["Table (Excel)", ".csv?format=xlsx", ".xlsx"],
  ["Map points (GeoJSON)", ".geojson", ".geojson"],
  ["Darwin Core archive", "/dwca.zip", ".zip"],
  ["CoralNet annotations", "/coralnet.csv", " coralnet.csv"],
  ["Labels (COCO)", "/coco.json", " coco.json"],
  ["MERMAID template", "/mermaid.csv", " mermaid.csv"],
];

/** @param {any} survey */
export function showExports(survey) {
  const path = `/surveys/${survey.survey_id}`;
  const button = (words, fileOf, filename) =>
    el("button", { type: "button", onclick: () => attempt(async () => save(await fetchFile(fileOf()), filename)) }, words);
  const report = (kind) => button(`Report (${kind.toUpperCase()})`, () => `${path}/report.${kind}${chosen()}`, `${survey.name}.${kind}`);
  const files = FILES.map(([words, end, name]) => button(words, () => path + end, survey.name + name));
  const print = el("button", { type: "button", onclick: () => window.print() }, "Print");
  setChildren($("#export-options"), report("pdf"), report("html"), ...files, print);
  $("#report-photos").hidden = survey.photo_count <= 1;
  setChildren($("#report-choices"), ...survey.photos.map(choice));
}

function save(file, filename) {
  downloadFile(file, filename);
  announce(`${filename} saved.`);
}

function choice({ photo_id, name }, index) {
  const box = el("input", { type: "checkbox", value: photo_id, checked: index < SHOWN });
  return el("label", { class: "check" }, box, name || `Photo ${photo_id}`);
}

/** The photos that are ticked for the report, as a query. */
function chosen() {
  const ids = $$("#report-choices input:checked").map((box) => box.value);
  if (ids.length > MOST) throw new Error(`A report shows at most ${MOST} photos; ${ids.length} are ticked.`);
  return ids.length ? `?${new URLSearchParams(ids.map((id) => ["photo", id]))}` : "";
}
