// Tell beside a photo what could be better, and let it be taken again. The photo is sent meanwhile: advice loses nothing.

import { $, announce, el, setChildren } from "../app/dom.js";
import { t } from "../app/language.js";
import { getBatch } from "./batch-list.js";
import { cancelPhoto } from "./photo-actions.js";
import { getPhoto, updatePhoto } from "./photo-list.js";

/** What is wrong, and what to do; codes as in photo-quality.js. */
const ADVICE = {
  too_dark: t("Too dark: use a light, or wait for more sun."),
  too_bright: t("Too bright: lower the exposure: bright sand and bleached coral look alike."),
  blurred: t("Blurred: hold still, let the camera focus, and wipe the lens."),
  blue_cast: t("Too blue: go closer, use a light, or set the white balance."),
  green_cast: t("Too green: go closer, use a light, or set the white balance."),
  hazy: t("Too far away: go closer, so that less water lies between camera and reef."),
};
const MAX_NOTES = 2; // a card has little space, and one remedy often removes the rest

/** @param {string} code */
const adviceText = (code) => ADVICE[code];

/**
 * Show the advice for a photo; nothing when there is none.
 * @param {HTMLElement} parent
 * @param {import("./photo-list.js").Photo} photo
 */
export function showAdvice(parent, photo) {
  const shown = photo.state === "refused" ? [] : (photo.notes ?? []).slice(0, MAX_NOTES);
  const codes = shown.join(" ");
  const before = parent.dataset.codes;
  if (before === codes) return;
  parent.dataset.codes = codes;
  parent.hidden = !shown.length;
  const labelled = (text) => ({ type: "button", "aria-label": t("{name}: {text}", { name: text, text: photo.name }) });
  setChildren(
    parent,
    ...shown.map((code) => el("p", {}, adviceText(code))),
    el(
      "div",
      { class: "remedies" },
      el("button", { ...labelled(t("Take again")), class: "camera", onclick: () => retake(photo) }, t("Take again")),
      el("button", { ...labelled(t("Keep this photo")), onclick: () => keep(photo, parent) }, t("Keep this photo")),
    ),
  );
  const isChanged = before !== undefined && !getBatch(photo.batch); // not for each photo of a batch, nor of an earlier visit
  if (shown.length && isChanged) announce(t("{name}: {text}", { name: photo.name, text: shown.map(adviceText).join(" ") }));
}

/** Open the camera; the photo is replaced only when there is another. @param {import("./photo-list.js").Photo} photo */
function retake(photo) {
  const camera = $("#capture");
  const replace = () => {
    camera.removeEventListener("cancel", forget);
    if (getPhoto(photo.id)) cancelPhoto(photo);
  };
  const forget = () => camera.removeEventListener("change", replace);
  camera.addEventListener("change", replace, { once: true });
  camera.addEventListener("cancel", forget, { once: true });
  camera.click();
}

/** Ask no more about a photo. */
function keep(photo, parent) {
  const card = parent.closest(".card");
  updatePhoto(photo, { notes: [] });
  $(".acts a, .acts button", card)?.focus();
}
