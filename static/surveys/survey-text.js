// Describe a survey and its photos in words, for people who work on it and for those who only look.

import { el } from "../app/dom.js";
import { formatDate, formatMegabytes, formatPercent } from "../app/format.js";
import { LOCALE, plural, t } from "../app/language.js";

/** How much is kept of the photos, in words; null for nothing. */
function keptText({ keeps_photos, kept_bytes }) {
  if (!keeps_photos && !kept_bytes) return null;
  return t("photos and maps are kept ({size})", { size: formatMegabytes(kept_bytes) });
}

/** @param {any} survey @returns {string} where, when, how deep */
export function describeSurvey(survey) {
  const date = formatDate(survey.date);
  const depth = survey.depth_m === null ? null : t("{depth} m deep", { depth: survey.depth_m.toLocaleString(LOCALE) });
  const transect = survey.transect ? t("transect {name}", { name: survey.transect }) : null;
  return [survey.site, date, depth, transect, plural(survey.photo_count, "{n} photo", "{n} photos"), keptText(survey)].filter(Boolean).join(", ");
}

/**
 * Return the figures of a survey with its corrections.
 * @param {any} survey with its photos
 * @returns {{figures: any, count: number}|null} null without corrections
 */
export const correctedFigures = ({ corrected, photos }) =>
  corrected && { figures: corrected, count: photos.reduce((sum, { corrections }) => sum + corrections, 0) };

/** The cells of a photo in the table, but for its name. @param {any} photo @returns {HTMLElement[]} */
export function photoCells(photo) {
  const { summary } = photo;
  const formatShare = (value) => (value === null ? "–" : formatPercent(value));
  const both = (format) => (photo.corrected ? t("{model} (corrected: {corrected})", { model: format(summary), corrected: format(photo.corrected) }) : format(summary));
  return [
    el("td", {}, photo.taken_at ? photo.taken_at.slice(0, 16).replace("T", " ") : "–"),
    el("td", {}, both(({ coral_cover }) => formatShare(coral_cover))),
    el("td", {}, both(({ bleached_cover }) => formatShare(bleached_cover))),
    el("td", {}, both(({ bleached_chunks, total_chunks }) => t("{part} of {total}", { part: bleached_chunks, total: total_chunks }))),
  ];
}
