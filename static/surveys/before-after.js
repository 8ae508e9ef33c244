// Lay two kept photos over each other, before and after, under one slider.

import { fetchFile, fetchJson } from "../app/api-client.js";
import { $, el, setChildren } from "../app/dom.js";
import { formatDate, formatPercent } from "../app/format.js";
import { t } from "../app/language.js";

/** @type {string[]} addresses of the pictures that are shown */
let urls = [];

/**
 * Offer the kept photos of two surveys; nothing where one of them keeps none.
 * @param {HTMLElement} parent
 * @param {number} earlierId
 * @param {any} later survey
 * @param {() => boolean} isShown whether the page still shows this pair
 */
export async function showBeforeAfter(parent, earlierId, later, isShown) {
  parent.hidden = true;
  if (!keptOf(later).length) return;
  const earlier = await fetchJson(`/surveys/${earlierId}`);
  if (!isShown() || !keptOf(earlier).length) return;
  parent.hidden = false;
  parent.open = false;
  const [before, after] = [earlier, later].map((survey) => choiceOf(survey));
  const pick = () => (before.value = String(partnerOf(chosen(later, after), keptOf(later), keptOf(earlier)).photo_id));
  const show = () => compare($(".comparison", parent), [earlier, later], [chosen(earlier, before), chosen(later, after)], isShown);
  pick();
  after.onchange = () => (pick(), show());
  before.onchange = show;
  setChildren($(".pair", parent), el("label", {}, t("Before"), before), el("label", {}, t("After"), after));
  setChildren($(".comparison", parent));
  parent.ontoggle = () => parent.open && show();
}

const keptOf = ({ photos }) => photos.filter((photo) => photo.kept_bytes !== null);

const nameOf = (photo) => photo.name || t("Photo {id}", { id: photo.photo_id });

const choiceOf = (survey) => el("select", {}, ...keptOf(survey).map((photo) => el("option", { value: photo.photo_id }, nameOf(photo))));

const chosen = (survey, choice) => keptOf(survey).find((photo) => photo.photo_id === Number(choice.value));

/**
 * Return the earlier photo of the same place: of the same file name, else the one in the same order of the same transect.
 * @param {any} photo
 * @param {any[]} among photos of its survey
 * @param {any[]} others
 */
export function partnerOf(photo, among, others) {
  const sameName = photo.name && others.find((other) => other.name === photo.name);
  if (sameName) return sameName;
  const inTransect = (photos) => photos.filter(({ transect }) => transect === photo.transect);
  const order = inTransect(among).indexOf(photo);
  const candidates = inTransect(others).length ? inTransect(others) : others;
  return candidates[Math.min(order, candidates.length - 1)];
}

async function compare(parent, surveys, photos, isShown) {
  const blobs = await Promise.all(photos.map((photo, index) => fetchFile(`/surveys/${surveys[index].survey_id}/photos/${photo.photo_id}/picture.png`)));
  if (!isShown()) return;
  urls.forEach((url) => URL.revokeObjectURL(url));
  urls = blobs.map((blob) => URL.createObjectURL(blob));
  const [before, after] = surveys.map(({ date }) => formatDate(date));
  const frame = el(
    "div",
    { class: "before-after" },
    el("img", { src: urls[1], alt: t("{name}, {date}", { name: nameOf(photos[1]), date: after }), width: photos[1].image_width, height: photos[1].image_height }),
    el("img", { class: "before", src: urls[0], alt: t("{name}, {date}", { name: nameOf(photos[0]), date: before }) }),
    el("span", { class: "date left", "aria-hidden": "true" }, before),
    el("span", { class: "date right", "aria-hidden": "true" }, after),
    el("span", { class: "edge", "aria-hidden": "true" }),
    slider(before),
  );
  setChildren(parent, frame, el("p", {}, changeText(photos)));
}

function slider(before) {
  const input = el("input", { type: "range", min: 0, max: 100, value: 50, "aria-label": t("How much of the earlier photo is shown") });
  const move = () => {
    input.parentElement?.style.setProperty("--at", `${input.value}%`);
    input.setAttribute("aria-valuetext", t("{percent} of the photo of {date}", { percent: formatPercent(Number(input.value) / 100), date: before }));
  };
  input.addEventListener("input", move);
  move();
  return input;
}

function changeText(photos) {
  const [before, after] = photos.map((photo) => (photo.corrected ?? photo.summary).bleached_cover);
  if (before === null || after === null) return t("No figure for bleached coral in one of the two photos.");
  return t("Bleached share of the coral in these two photos: {before}, then {after}.", { before: formatPercent(before), after: formatPercent(after) });
}
