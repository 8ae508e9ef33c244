// Show one survey: its figures, its photos and its exports.

import { ROOT, fetchApi, fetchFile, fetchJson } from "../app/api-client.js";
import { $, announce, el, setChildren, setText } from "../app/dom.js";
import { formatDate } from "../app/format.js";
import { t } from "../app/language.js";
import { attempt } from "../app/problem.js";
import { figuresSideBySide } from "../result/summary.js";
import { showAudit } from "./audit.js";
import { showChange } from "./change.js";
import { showExports } from "./exports.js";
import { showHeatStress } from "./heat-stress.js";
import { showPeople } from "./people.js";
import { forgetSurvey } from "./remembered-surveys.js";
import { showShareLink } from "./share-survey.js";
import { correctedFigures, describeSurvey, photoCells } from "./survey-text.js";

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
  delete $("#survey").dataset.role;
  enableActions(false);
  document.title = `${t("Surveys")}: coralchunk`;
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
  $("#survey-gallery").hidden = !hasPhotos;
  $("#survey-gallery").href = `${ROOT}/gallery#survey=${id}`;
  const figures = figuresSideBySide(survey, correctedFigures(survey));
  setChildren($("#figures"), ...figures);
  setChildren($("#rows"), ...(hasPhotos ? survey.photos.map(photoRow) : [el("tr", {}, el("td", { colspan: 6 }, t("No photos yet.")))]));
  showExports(survey);
  showShareLink(id);
  $("#delete").onclick = () => attempt(() => deleteSurvey(id));
  await Promise.all([showPeople(found, () => showSurvey(id)), showChange(found, () => survey === found), showHeatStress(found, () => survey === found), showAudit(found, () => survey === found)]);
}

/** Offer the day on which all dated photos were taken, if it is not the survey's. */
function showDateOffer() {
  const days = new Set(survey.photos.filter((photo) => photo.taken_at).map((photo) => photo.taken_at.slice(0, 10)));
  const [day] = days;
  $("#date-offer").hidden = days.size !== 1 || day === survey.date;
  if ($("#date-offer").hidden) return;
  const useDate = async () => {
    await fetchApi(`/surveys/${survey.survey_id}`, { method: "PATCH", body: { date: day } });
    announce(t("The survey's date was changed."));
    await showSurvey(survey.survey_id);
  };
  setChildren(
    $("#date-offer"),
    `${t("The photos were taken on {day}.", { day: formatDate(day) })} `,
    el("button", { type: "button", onclick: () => attempt(useDate) }, t("Use this date")),
  );
}

function photoRow(photo) {
  const name = photo.name || t("Photo {id}", { id: photo.photo_id });
  const cells = photoCells(photo);
  return el(
    "tr",
    {},
    el("td", {}, photo.kept_bytes === null ? name : mapLink(photo, name)),
    ...cells,
    el("td", {}, el("button", { class: "for-admins", type: "button", "aria-label": t("Remove {name}", { name }), onclick: () => attempt(() => removePhoto(photo, name)) }, "×")),
  );
}

/** A link to the map of a photo that is kept, with a thumbnail that is loaded when it comes into sight. */
function mapLink(photo, name) {
  const path = `/surveys/${survey.survey_id}/photos/${photo.photo_id}`;
  const image = el("img", { alt: "", width: 72, height: 54 });
  const show = async ([{ isIntersecting }], observer) => {
    if (!isIntersecting) return;
    observer.disconnect();
    image.src = URL.createObjectURL(await fetchFile(`${path}/preview.jpg`));
  };
  new IntersectionObserver(show).observe(image);
  return el("a", { class: "map-link", href: ROOT + path }, image, name);
}

async function removePhoto(photo, name) {
  if (!confirm(t("Remove {name} from this survey? The survey may be the only place that still has its result.", { name }))) return;
  await fetchApi(`/surveys/${survey.survey_id}/photos/${photo.photo_id}`, { method: "DELETE" });
  announce(t("{name} removed from the survey.", { name }));
  await showSurvey(survey.survey_id);
}

async function deleteSurvey(id) {
  if (!confirm(t("Permanently delete the survey {name} and its photos?", { name: survey.name }))) return;
  await fetchApi(`/surveys/${id}`, { method: "DELETE" });
  forgetSurvey(id);
  location.hash = "";
}
