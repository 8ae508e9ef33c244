// Give the gallery the photos of a survey, with the labels that count.

import { fetchApi, fetchJson, ROOT } from "../app/api-client.js";
import { $, $$, setText } from "../app/dom.js";
import { bleachedCoverText, coralCoverText } from "../app/format.js";
import { plural, t } from "../app/language.js";
import { describeSurvey } from "../surveys/survey-text.js";

const ONLY_OF_DEVICE = ["failed", "unfinished"]; // states that photos of surveys never have

/** @param {any} photo as the server tells it @param {number} surveyId */
const galleryPhoto = (photo, surveyId) => ({
  id: String(photo.photo_id),
  photoId: photo.photo_id,
  surveyId,
  isKept: photo.kept_bytes !== null,
  name: photo.name || t("Photo {id}", { id: photo.photo_id }),
  addedAt: photo.added_at * 1000,
  state: "completed",
  jobId: null,
  thumb: null,
  why: "",
  summary: { ...photo.summary, ...photo.corrected },
});

/** @param {number} surveyId */
export function surveySource(surveyId) {
  const path = `/surveys/${surveyId}`;
  let survey = null;
  let photos = [];
  let changed = () => undefined;

  const load = async () => {
    survey = await fetchJson(path);
    photos = survey.photos.map((photo) => galleryPhoto(photo, surveyId));
    source.canDelete = survey.role === "admin";
  };

  const source = {
    canDelete: false,
    photos: () => [...photos],
    name: () => survey.name,
    title: () => survey.name,
    stateText: () => describeSurvey(survey),
    deleteQuestion: (n) =>
      plural(n, "Remove {n} photo from this survey? The survey may be the only place that still has its result.", "Remove {n} photos from this survey? The survey may be the only place that still has their results."),
    async remove({ id, photoId }) {
      await fetchApi(`${path}/photos/${photoId}`, { method: "DELETE" });
      photos = photos.filter((photo) => photo.id !== id);
      changed();
    },
    async coverText(chosen) {
      const cover = await fetchJson(`${path}/cover`, { method: "POST", body: { photo_ids: chosen.map(({ photoId }) => photoId) } });
      const text = (figures) => `${bleachedCoverText(figures)} ${coralCoverText(figures)}`;
      return cover.corrected ? t("{name}: {text}", { name: t("Corrected"), text: text(cover.corrected) }) : text(cover);
    },
    async open() {
      const [back] = $$("#main nav a");
      back.href = `${ROOT}/surveys#${surveyId}`;
      setText(back, t("The survey"));
      $(".top [aria-current]").removeAttribute("aria-current");
      $(`.top nav a[href="${ROOT}/surveys"]`).setAttribute("aria-current", "page");
      setText($("#nothing"), t("This survey has no such photos."));
      for (const value of ONLY_OF_DEVICE) $(`#filter option[value=${value}]`).remove();
      for (const id of ["#batch-choice", "#add-to-survey"]) $(id).hidden = true;
      await load();
    },
    /** @param {() => void} onChange */
    follow: (onChange) => (changed = onChange),
  };
  return source;
}
