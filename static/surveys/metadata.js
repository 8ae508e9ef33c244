// Send a table of depth, transect, time and position of a survey's photos.

import { fetchJson } from "../app/api-client.js";
import { $, setText } from "../app/dom.js";
import { plural, t } from "../app/language.js";
import { attempt } from "../app/problem.js";
import { currentSurvey, showSurvey } from "./survey.js";

/** Let the user choose a table. */
export function bindMetadata() {
  const input = $("#metadata-file");
  $("#add-metadata").addEventListener("click", () => input.click());
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (file) await attempt(() => send(file));
    input.value = ""; // so that the same file can be chosen again when it is corrected
  });
}

/** @param {File} file */
async function send(file) {
  setText($("#metadata-says"), "");
  const { survey_id } = currentSurvey();
  const csv = await file.text();
  const answer = await fetchJson(`/surveys/${survey_id}/metadata`, { method: "POST", body: { csv } });
  await showSurvey(survey_id);
  const sentences = [plural(answer.photos, "{n} photo got the data of the table.", "{n} photos got the data of the table.")];
  if (answer.without_row) sentences.push(plural(answer.without_row, "{n} photo had no row.", "{n} photos had no row."));
  if (answer.ignored_columns.length) sentences.push(t("Columns that were not used: {names}.", { names: answer.ignored_columns.join(", ") }));
  setText($("#metadata-says"), sentences.join(" "));
}
