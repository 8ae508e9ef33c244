// Show one survey: its figures, its photos and its exports.

import { ROOT, fetchApi, fetchFile, fetchJson } from "../app/api-client.js";
import { $, announce, el, setChildren, setText } from "../app/dom.js";
import { formatCount, formatDate, formatMegabytes, formatPercent } from "../app/format.js";
import { attempt } from "../app/problem.js";
import { figuresSideBySide } from "../result/summary.js";
import { showAudit } from "./audit.js";
import { showChange } from "./change.js";
import { showExports } from "./exports.js";
import { forgetSurvey } from "./remembered-surveys.js";

/** @type {any} */
let survey = null;

/** @returns {any} the survey that is being looked at */
export const currentSurvey = () => survey;

/** Until the survey is loaded, there is nothing to edit and nothing to add photos to. */
function enableActions(isLoaded) {
  for (const id of ["#add-photos", "#edit-survey"]) $(id).disabled = !isLoaded;
}

/** Close the survey. */
export function closeSurvey() {
  survey = null;
  enableActions(false);
  document.title = "Surveys: coralchunk";
}

/**
 * Show a survey.
 * @param {number} id
 */
export async function showSurvey(id) {
  const found = await fetchJson(`/surveys/${id}`);
  if (Number(location.hash.slice(1)) !== id) return; // another was opened meanwhile
  survey = found;
  enableActions(true);
  setText($("#survey-title"), survey.name);
  document.title = `${survey.name}: coralchunk`;
  setText($("#about"), describeSurvey(survey));
  showDateOffer();
  const hasPhotos = survey.photo_count > 0;
  $("#figures").hidden = !hasPhotos;
  const figures = figuresSideBySide(survey, survey.corrected && { figures: survey.corrected, count: countCorrections(survey) });
  setChildren($("#figures"), ...figures);
  setChildren($("#rows"), ...(hasPhotos ? survey.photos.map(photoRow) : [el("tr", {}, el("td", { colspan: 6 }, "No photos yet."))]));
  showExports(survey);
  $("#delete").onclick = () => attempt(() => deleteSurvey(id));
  await Promise.all([showChange(found, () => survey === found), showAudit(found, () => survey === found)]);
}

/** How much is kept of the photos, in words; null for nothing. */
function keptText({ keeps_photos, kept_bytes }) {
  if (!keeps_photos && !kept_bytes) return null;
  return `photos and maps are kept (${formatMegabytes(kept_bytes)})`;
}

/** @param {any} survey @returns {string} where, when, how deep */
export function describeSurvey(survey) {
  const date = formatDate(survey.date);
  const depth = survey.depth_m === null ? null : `${survey.depth_m} m deep`;
  const transect = survey.transect ? `transect ${survey.transect}` : null;
  return [survey.site, date, depth, transect, formatCount(survey.photo_count, "photo"), keptText(survey)].filter(Boolean).join(", ");
}

const countCorrections = ({ photos }) => photos.reduce((sum, { corrections }) => sum + corrections, 0);

/** Offer the day on which all dated photos were taken, if it is not the survey's. */
function showDateOffer() {
  const days = new Set(survey.photos.filter((photo) => photo.taken_at).map((photo) => photo.taken_at.slice(0, 10)));
  const [day] = days;
  $("#date-offer").hidden = days.size !== 1 || day === survey.date;
  if ($("#date-offer").hidden) return;
  const useDate = async () => {
    await fetchApi(`/surveys/${survey.survey_id}`, { method: "PATCH", body: { date: day } });
    announce("The survey's date was changed.");
    await showSurvey(survey.survey_id);
  };
  setChildren(
    $("#date-offer"),
    `The photos were taken on ${formatDate(day)}. `,
    el("button", { type: "button", onclick: () => attempt(useDate) }, "Use this date"),
  );
}

function photoRow(photo) {
  const { summary } = photo;
  const formatShare = (value) => (value === null ? "–" : formatPercent(value));
  const both = (format) => (photo.corrected ? `${format(summary)} (corrected: ${format(photo.corrected)})` : format(summary));
  const name = photo.name || `Photo ${photo.photo_id}`;
  return el(
    "tr",
    {},
    el("td", {}, photo.kept_bytes === null ? name : mapLink(photo, name)),
    el("td", {}, photo.taken_at ? photo.taken_at.slice(0, 16).replace("T", " ") : "–"),
    el("td", {}, both(({ coral_cover }) => formatShare(coral_cover))),
    el("td", {}, both(({ bleached_cover }) => formatShare(bleached_cover))),
    el("td", {}, both(({ bleached_chunks, total_chunks }) => `${bleached_chunks} of ${total_chunks}`)),
    el("td", {}, el("button", { type: "button", "aria-label": `Remove ${name}`, onclick: () => attempt(() => removePhoto(photo, name)) }, "×")),
  );
}

/** A link to the map of a photo that is kept, with a thumbnail that is loaded when it comes into sight. */
function mapLink(photo, name) {
  const path = `/surveys/${survey.survey_id}/photos/${photo.photo_id}`;
  const image = el("img", { alt: "", width: 72, height: 54 });
  const show = async ([{ isIntersecting }], observer) => {
    if (!isIntersecting) return;
    observer.disconnect();
    image.src = URL.createObjectURL(await fetchFile(`${path}/preview.webp`));
  };
  new IntersectionObserver(show).observe(image);
  return el("a", { class: "map-link", href: ROOT + path }, image, name);
}

async function removePhoto(photo, name) {
  if (!confirm(`Remove ${name} from this survey? The survey may be the only place that still has its result.`)) return;
  await fetchApi(`/surveys/${survey.survey_id}/photos/${photo.photo_id}`, { method: "DELETE" });
  announce(`${name} removed from the survey.`);
  await showSurvey(survey.survey_id);
}

async function deleteSurvey(id) {
  if (!confirm(`Permanently delete the survey ${survey.name} and its photos?`)) return;
  await fetchApi(`/surveys/${id}`, { method: "DELETE" });
  forgetSurvey(id);
  location.hash = "";
}
