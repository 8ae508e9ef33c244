// List the photos of this device that could be added to a survey: those added last first, each group by time taken.

import { $$, el, setChildren } from "../app/dom.js";
import { plural, t } from "../app/language.js";
import { sha256 } from "../photos/file-hash.js";
import { getFile } from "../photos/photo-database.js";

/**
 * @typedef {object} Candidate
 * @property {import("../photos/photo-list.js").Photo} photo
 * @property {Awaited<ReturnType<typeof import("../photos/exif.js").readExif>>} exif
 * @property {HTMLInputElement} takenAt
 * @property {HTMLInputElement} checkbox disabled where the survey has the photo already
 */

const NO_EXIF = { latitude: null, longitude: null, takenAt: null, utcOffset: null };

/**
 * Show the candidates; only those that were added last are ticked.
 * @param {HTMLElement} parent
 * @param {any[]} photos records of completed photos
 * @param {Set<string>} known sha256 of the survey's photos
 */
export async function showCandidates(parent, photos, known) {
  const newestFirst = [...photos].sort((a, b) => b.addedAt - a.addedAt);
  const batchOf = (photo) => photo?.batch ?? photo?.addedAt;
  const newest = newestFirst.filter((photo) => batchOf(photo) === batchOf(newestFirst[0]));
  const earlier = newestFirst.filter((photo) => !newest.includes(photo));
  const seen = new Set(known);
  const group = await candidateGroup(newest, known, seen, true);
  setChildren(parent, el("h3", {}, t("Added last ({n})", { n: newest.length })), group);
  if (earlier.length) parent.append(earlierGroup(earlier, known, seen));
}

/** Photos of other days and places; their files are read only when they are looked at. */
function earlierGroup(photos, known, seen) {
  const details = el("details", {}, el("summary", {}, t("Added earlier ({n})", { n: photos.length })));
  const read = async () => {
    const waiting = el("p", { class: "fine" }, t("Reading the photos…"));
    details.append(waiting);
    waiting.replaceWith(await candidateGroup(photos, known, seen, false));
  };
  details.addEventListener("toggle", read, { once: true });
  return details;
}

async function candidateGroup(photos, known, seen, isTicked) {
  const candidates = [];
  for (const photo of photos) candidates.push(await readCandidate(photo)); // one file in memory at a time
  candidates.sort((a, b) => (a.exif.takenAt ?? "9").localeCompare(b.exif.takenAt ?? "9") || a.photo.addedAt - b.photo.addedAt);
  const list = el("ul", {}, ...candidates.map((candidate) => candidateItem(candidate, known, seen, isTicked)));
  const tick = (value) => {
    for (const box of $$("input[type=checkbox]:enabled", list)) box.checked = value;
    list.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const buttons = el(
    "div",
    { class: "row" },
    el("button", { type: "button", onclick: () => tick(true) }, t("All")),
    el("button", { type: "button", onclick: () => tick(false) }, t("None")),
  );
  return el("div", {}, photos.length > 1 ? buttons : null, list);
}

async function readCandidate(photo) {
  const { readExif } = await import("../photos/exif.js"); // large, so loaded only now
  const file = await getFile(photo.id);
  if (!file) return { photo, exif: NO_EXIF, hash: null };
  return { photo, exif: await readExif(file), hash: await sha256(file) };
}

function candidateItem({ photo, exif, hash }, known, seen, isTicked) {
  const isRepeated = hash !== null && seen.has(hash);
  if (hash !== null) seen.add(hash);
  const takenAt = el("input", { type: "datetime-local", step: 1, value: exif.takenAt ?? "", "aria-label": t("{name} was taken", { name: photo.name }) });
  const checkbox = el("input", { type: "checkbox", checked: isTicked && !isRepeated, disabled: isRepeated });
  const item = el("li", {}, el("label", { class: "check" }, checkbox, thumbnail(photo), photo.name));
  if (isRepeated) {
    item.append(el("span", { class: "fine" }, known.has(hash) ? t("This survey has the photo already.") : t("The same photo is listed above.")));
  } else {
    item.append(takenAt, el("span", { class: "fine" }, positionText(exif)));
  }
  item.candidate = { photo, exif, takenAt, checkbox };
  return item;
}

const positionText = ({ latitude, longitude }) =>
  latitude === null
    ? t("The photo contains no position.")
    : t("The photo was taken at {position}.", { position: `${latitude.toFixed(5)}, ${longitude.toFixed(5)}` });

function thumbnail(photo) {
  if (!photo.thumb) return null;
  const src = URL.createObjectURL(new Blob([photo.thumb], { type: "image/jpeg" }));
  return el("img", { alt: "", src, width: 44, height: 44, onload: () => URL.revokeObjectURL(src) });
}

/**
 * @param {HTMLElement} parent
 * @returns {Candidate[]} the ticked ones, in the order in which they are listed
 */
export const tickedCandidates = (parent) => $$("li", parent).map((item) => item.candidate).filter(({ checkbox }) => checkbox.checked);

/**
 * @param {HTMLElement} parent
 * @returns {string}
 */
export const tickedText = (parent) => plural(tickedCandidates(parent).length, "{n} photo selected.", "{n} photos selected.");
