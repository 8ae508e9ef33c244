// One survey -> its figures, its table, and its files.

import { ask, file, json } from "../app/api.js";
import { $, announce, el, fill, save, write } from "../app/dom.js";
import { bleaching, count, cover, percent, severity } from "../app/words.js";
import { attempt } from "./attempt.js";
import { forget } from "./known.js";

/** @type {any} */
let shown = null;

/** @returns {any} the survey that is being looked at */
export const current = () => shown;

/** Look at none. */
export function close() {
  shown = null;
  document.title = "Surveys: coralchunk";
}

/**
 * Show a survey.
 * @param {number} id
 */
export async function open(id) {
  shown = await json(`/surveys/${id}`);
  write($("#one-title"), shown.name);
  document.title = `${shown.name}: coralchunk`;
  write($("#about"), about(shown));
  const hasPhotos = shown.photo_count > 0;
  $("#figures").hidden = !hasPhotos;
  fill(
    $("#figures"),
    el("h2", {}, severity(shown)),
    el("p", { class: "lead" }, bleaching(shown)),
    el("p", {}, cover(shown)),
    el("p", { class: "fine" }, "The intervals tell how much the figures would vary over like photos of the same place."),
  );
  fill($("#rows"), ...(hasPhotos ? shown.photos.map(row) : [el("tr", {}, el("td", { colspan: 6 }, "None yet."))]));
  offer(id, shown.name);
  $("#delete").onclick = () => attempt(() => remove(id));
}

/** @param {any} survey @returns {string} where, when, how deep */
export function about(survey) {
  const date = new Date(`${survey.date}T00:00`).toLocaleDateString(undefined, { dateStyle: "medium" });
  const depth = survey.depth_m === null ? null : `${survey.depth_m} m deep`;
  const transect = survey.transect ? `transect ${survey.transect}` : null;
  return [survey.site, date, depth, transect, count(survey.photo_count, "photo")].filter(Boolean).join(", ");
}

function row(photo) {
  const { summary } = photo;
  const share = (value) => (value === null ? "–" : percent(value));
  const name = photo.name || `Photo ${photo.photo_id}`;
  return el(
    "tr",
    {},
    el("td", {}, name),
    el("td", {}, photo.taken_at ? photo.taken_at.slice(0, 16).replace("T", " ") : "–"),
    el("td", {}, share(summary.coral_cover)),
    el("td", {}, share(summary.bleached_cover)),
    el("td", {}, `${summary.bleached_chunks} of ${summary.total_chunks}`),
    el("td", {}, el("button", { type: "button", "aria-label": `Remove ${name}`, onclick: () => attempt(() => takeOut(photo, name)) }, "×")),
  );
}

async function takeOut(photo, name) {
  await ask(`/surveys/${shown.survey_id}/photos/${photo.photo_id}`, { method: "DELETE" });
  announce(`${name} removed from the survey.`);
  await open(shown.survey_id);
}

function offer(id, name) {
  const files = [
    ["Table (CSV)", `/surveys/${id}.csv`, `${name}.csv`],
    ["Map points (GeoJSON)", `/surveys/${id}.geojson`, `${name}.geojson`],
    ["Darwin Core archive", `/surveys/${id}/dwca.zip`, `${name}.zip`],
  ];
  const button = ([word, path, as]) =>
    el("button", { type: "button", onclick: () => attempt(async () => save(await file(path), as)) }, word);
  fill($("#take"), ...files.map(button));
}

async function remove(id) {
  if (!confirm(`Delete the survey ${shown.name} with all it holds, for good?`)) return;
  await ask(`/surveys/${id}`, { method: "DELETE" });
  forget(id);
  location.hash = "";
}
