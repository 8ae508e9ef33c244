// Show the cover of a survey by its model, with corrections and by the random audit, side by side.

import { ROOT, fetchFile, fetchJson } from "../app/api-client.js";
import { $, downloadFile, el, setChildren } from "../app/dom.js";
import { formatInterval, formatPercent } from "../app/format.js";
import { formatNumber, plural, t } from "../app/language.js";
import { attempt } from "../app/problem.js";
import { reasonText } from "../app/server-text.js";

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
  const away = answer.photos_away && plural(answer.photos_away, "{n} photo cannot be looked at any more and is not part of it.", "{n} photos cannot be looked at any more and are not part of it.");
  const { sample, chunks } = answer.audit;
  const basis = plural(chunks, "The audit rests on {sample} of {n} chunk, drawn at random.", "The audit rests on {sample} of {n} chunks, drawn at random.", { sample });
  setChildren($("#audit-note"), [basis, away].filter(Boolean).join(" "));
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
    [t("Model"), model],
    [t("With all corrections"), corrected],
    [t("Random audit"), audit],
  ]
    .filter(([, figures]) => figures)
    .map(([name, figures]) => el("tr", {}, el("th", { scope: "row" }, name), ...["coral_cover", "bleached_cover"].map((share) => cell(figures, share))));
}

function cell(figures, share) {
  const value = figures[share];
  if (value === null) return el("td", {}, reasonText(figures[`${share}_reason`]));
  return el("td", {}, formatPercent(value) + formatInterval(figures[`${share}_interval`]));
}

function agreementText({ first, second, chunks, agreed, kappa }) {
  const measure = kappa === null ? t("kappa is not defined, because both gave one label to all") : t("Cohen's kappa {kappa}", { kappa: formatNumber(kappa, 2) });
  const facts = { first, second, agreed, measure };
  return plural(
    chunks,
    "{first} and {second} labelled the same {n} chunk and agree on {agreed}: {measure}.",
    "{first} and {second} labelled the same {n} chunks and agree on {agreed}: {measure}.",
    facts,
  );
}
