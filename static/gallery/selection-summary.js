// Show the figures of the selected photos together; the server computes them as those of a survey.

import { $, setText } from "../app/dom.js";
import { plural, t } from "../app/language.js";

const DELAY_MS = 250; // while somebody selects one after the other
const MAX_PHOTOS = 1000;
let timer = 0;
let current = "";

/**
 * @param {import("./paths.js").GalleryPhoto[]} photos selected, or all that are shown
 * @param {boolean} isSelection whether somebody has selected them
 * @param {(photos: any[]) => Promise<string>} coverText asks for the figures of photos with a result
 */
export function showSummary(photos, isSelection, coverText) {
  const done = photos.filter((photo) => photo.state === "completed");
  setText($("#selected-count"), countText(photos.length, done.length, isSelection));
  const key = done.map(({ id }) => id).join();
  if (key === current) return;
  current = key;
  setText($("#cover"), done.length ? t("Computing the figures…") : ""); // those of another selection would mislead
  clearTimeout(timer);
  timer = setTimeout(() => load(done, key, coverText), DELAY_MS);
}

function countText(photos, done, isSelection) {
  if (done === photos) {
    return isSelection ? plural(photos, "{n} photo selected.", "{n} photos selected.") : plural(photos, "{n} photo shown.", "{n} photos shown.");
  }
  return isSelection
    ? plural(photos, "{n} photo selected, {done} with a result.", "{n} photos selected, {done} with a result.", { done })
    : plural(photos, "{n} photo shown, {done} with a result.", "{n} photos shown, {done} with a result.", { done });
}

async function load(photos, key, coverText) {
  if (!photos.length || photos.length > MAX_PHOTOS) {
    setText($("#cover"), photos.length ? t("Figures of more than {most} photos are not computed.", { most: MAX_PHOTOS }) : "");
    return;
  }
  let text;
  try {
    text = await coverText(photos);
  } catch (error) {
    text = error.message;
    current = ""; // asked again at the next change
  }
  if (key === current || !current) setText($("#cover"), text);
}
