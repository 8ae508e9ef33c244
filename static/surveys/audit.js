// Show the cover of a survey by its model, with corrections and by the random audit, side by side.

import { ROOT, fetchFile, fetchJson } from "../app/api-client.js";
import { $, downloadFile, el, setChildren } from "../app/dom.js";
import { formatCount, formatInterval, formatPercent } from "../app/format.js";
import { attempt } from "../app/problem.js";

/**
 * Link to the pages on which chunks are checked, and show what was found there.
 * @param {any} survey
 * @param {() => boolean} isShown whether the survey is still looked at
 */
export async function showAudit(survey, isShown) {
  const path = `/surveys/${survey.survey_id}`;
  $("#check").hidden = !survey.photo_count;
  $("#check-uncertain").href = `${ROOT}${path}/review`;
  $("#check-random").href = `${ROOT}${path}/review?order=random`;
  const panel = $("#audit");
  panel.hidden = true;
  if (!survey.corrected) return; // nobody has said anything yet
  const answer = await fetchJson(`${path}/audit`);
  if (!isShown()) return;
  panel.hidden = false;
  setChildren($("#audit-rows"), ...rows(answer));
  const away = answer.photos_away ? ` ${formatCount(answer.photos_away, "photo")} cannot be looked at any more and are not part of it.` : "";
  setChildren($("#audit-note"), `The audit rests on ${answer.audit.sample} of ${formatCount(answer.audit.chunks, "chunk")}, drawn at random.${away}`);
  setChildren($("#agreement"), ...answer.agreement.map((pair) => el("li", {}, agreementText(pair))));
  const save = (kind) => async () => {
    const file = kind === "csv" ? await fetchFile(`${path}/audit.csv`) : new Blob([JSON.stringify(answer, null, 2)], { type: "application/json" });
    downloadFile(file, `${survey.name} audit.${kind}`);
  };
  $("#audit-csv").onclick = () => attempt(save("csv"));
  $("#audit-json").onclick = () => attempt(save("json"));
}

function rows({ model, corrected, audit }) {
  return [
    ["Model", model],
    ["With all corrections", corrected],
    ["Random audit", audit],
  ]
    .filter(([, figures]) => figures)
    .map(([name, figures]) => el("tr", {}, el("th", { scope: "row" }, name), ...["coral_cover", "bleached_cover"].map((share) => cell(figures, share))));
}

function cell(figures, share) {
  const value = figures[share];
  if (value === null) return el("td", {}, figures[`${share}_reason`]);
  return el("td", {}, formatPercent(value) + formatInterval(figures[`${share}_interval`]));
}

function agreementText({ first, second, chunks, agreed, kappa }) {
  const measure = kappa === null ? "kappa is not defined, because both gave one label to all" : `Cohen's kappa ${kappa.toFixed(2)}`;
  return `${first} and ${second} labelled the same ${formatCount(chunks, "chunk")} and agree on ${agreed}: ${measure}.`;
}
