// Make the tile and the table row of a photo, and bring them up to date.

import { $, el, setText } from "../app/dom.js";
import { formatPercent, severityText } from "../app/format.js";
import { plural, t } from "../app/language.js";
import { hasFailed } from "../photos/batch-progress.js";
import { forgetOverlay, showOverlay } from "./overlays.js";
import { qualityNotes, unsureShare } from "./ordering.js";
import { pageOf, previewOf } from "./paths.js";

/** @typedef {import("./paths.js").GalleryPhoto} Photo */

/** @param {Photo} photo @param {(photo: Photo, isRange: boolean) => void} onSelect */
function checkbox(photo, onSelect) {
  const box = el("input", { type: "checkbox", "aria-label": t("Select {name}", { name: photo.name }) });
  box.addEventListener("click", (event) => onSelect(photo, event.shiftKey));
  return el("label", { class: "pick" }, box);
}

/** The name of a photo, which leads to its page if it has one. */
const link = (photo) => (pageOf(photo) ? el("a", { href: pageOf(photo) }, photo.name) : el("span", {}, photo.name));

/**
 * @param {Photo} photo
 * @param {(photo: Photo, isRange: boolean) => void} onSelect
 */
export const createTile = (photo, onSelect) =>
  el(
    "li",
    { class: "tile", "data-id": photo.id },
    el("div", { class: "picture" }, el("img", { alt: "", decoding: "async" })),
    checkbox(photo, onSelect),
    el("p", { class: "name" }, link(photo)),
    el("p", { class: "figure" }),
    el("p", { class: "fine" }),
  );

/**
 * @param {HTMLElement} tile
 * @param {Photo} photo
 * @param {boolean} isSelected
 */
export function updateTile(tile, photo, isSelected) {
  $("input", tile).checked = isSelected;
  tile.classList.toggle("selected", isSelected);
  tile.dataset.state = photo.state;
  showPicture($("img", tile), photo);
  setText($(".figure", tile), figureText(photo));
  setText($(".fine", tile), detailText(photo));
}

/**
 * @param {Photo} photo
 * @param {(photo: Photo, isRange: boolean) => void} onSelect
 */
export const createRow = (photo, onSelect) =>
  el("tr", { "data-id": photo.id }, el("td", {}, checkbox(photo, onSelect)), el("th", { scope: "row" }, link(photo)), ...Array.from({ length: 4 }, () => el("td")));

/**
 * @param {HTMLElement} row
 * @param {Photo} photo
 * @param {boolean} isSelected
 */
export function updateRow(row, photo, isSelected) {
  $("input", row).checked = isSelected;
  row.classList.toggle("selected", isSelected);
  const { summary } = photo;
  const share = (value) => (value === null || value === undefined ? "–" : formatPercent(value));
  const texts = [share(summary?.bleached_cover), share(summary?.coral_cover), share(unsureShare(photo)), summary ? noteText(photo) : stateText(photo)];
  [...row.children].slice(2).forEach((cell, index) => setText(cell, texts[index]));
}

function showPicture(image, photo) {
  if (photo.thumb && !image.src) {
    const url = URL.createObjectURL(new Blob([photo.thumb], { type: "image/jpeg" }));
    image.addEventListener("load", () => URL.revokeObjectURL(url), { once: true });
    image.src = url;
  }
  const preview = previewOf(photo);
  if (preview) showOverlay(image, preview);
}

/** Leave out the picture of a tile that is no longer shown. @param {HTMLElement} tile */
export const forgetPicture = (tile) => forgetOverlay($("img", tile)?.dataset.preview);

function figureText(photo) {
  if (photo.state !== "completed") return stateText(photo);
  const { bleached_cover: share } = photo.summary;
  return share === null ? severityText(photo.summary) : t("{percent} bleached", { percent: formatPercent(share) });
}

function detailText(photo) {
  if (!photo.summary) return "";
  const coral = photo.summary.coral_cover;
  const notes = noteText(photo);
  return [coral === null ? "" : t("{percent} coral", { percent: formatPercent(coral) }), t("{percent} unsure", { percent: formatPercent(unsureShare(photo) ?? 0) }), notes].filter(Boolean).join(", ");
}

const NOTES = {
  too_dark: t("too dark"),
  too_bright: t("too bright"),
  blurred: t("blurred"),
  blue_cast: t("blue cast"),
  green_cast: t("green cast"),
  hazy: t("hazy"),
  unreadable_profile: t("unreadable profile"),
};

const noteText = (photo) => qualityNotes(photo).map(({ code }) => NOTES[code] ?? code.replaceAll("_", " ")).join(", ");

function stateText(photo) {
  if (hasFailed(photo)) return t("Failed: {why}", { why: photo.why });
  if (photo.state === "processing") return plural(photo.total, "{done} of {n} chunk", "{done} of {n} chunks", { done: photo.done });
  return { waiting: t("Waiting to be sent"), sending: t("Sending"), queued: t("Queued") }[photo.state] ?? "";
}
