// Show the photos as cards, each updated in place so that focus and scroll position stay.

import { $, announce, el, setText } from "../app/dom.js";
import { correctedText, formatDuration, formatPercent, summaryText } from "../app/format.js";
import { formatTime, plural, t } from "../app/language.js";
import { getBatch, photosOf, subscribeBatches } from "./batch-list.js";
import { shareCompleted } from "./batch-progress.js";
import { showAdvice } from "./guidance.js";
import { cancelPhoto, deletePhoto, retryPhoto } from "./photo-actions.js";
import { getPhoto, listPhotos, removePhoto, subscribe } from "./photo-list.js";

const KEPT_MS = Number($("#main").dataset.keptS) * 1000;

/** @type {Map<string, HTMLElement>} */
const cards = new Map();

/** Show every photo and update it when it changes. */
export function showCards() {
  subscribe((photo, kind) => {
    if (kind === "removed") removeCard(photo);
    else if (kind === "added") createCard(photo);
    if (kind !== "removed") updateCard(photo);
    $("#empty").hidden = listPhotos().length > 0;
    $("#home .limitations").hidden = listPhotos().length === 0;
  });
  for (const kind of ["online", "offline"]) window.addEventListener(kind, () => listPhotos().forEach(updateCard));
  subscribeBatches((batch, isRemoved) => isRemoved || photosOf(batch).forEach(batch.isLarge ? removeCard : updateCard));
  setInterval(() => listPhotos().filter((photo) => photo.retryAt > Date.now()).forEach(updateCard), 1000);
}

/** @param {import("./photo-list.js").Photo} photo */
function createCard(photo) {
  if (getBatch(photo.batch)?.isLarge) return; // its gallery shows it
  const card = el(
    "li",
    { class: "card", "data-id": photo.id },
    el("div", { class: "thumb" }, el("span", { class: "veil" })),
    el("div", { class: "what" }, el("h3", {}, photo.name), el("progress", { max: 1, value: 0 }), el("p", { class: "state" }), el("p", { class: "corrected", hidden: true }), el("p", { class: "kept fine", hidden: true })),
    el("div", { class: "advice notice", hidden: true }),
    el("div", { class: "acts" }),
  );
  $("progress", card).setAttribute("aria-label", t("Progress of {name}", { name: photo.name }));
  cards.set(photo.id, card);
  $("#cards").prepend(card);
}

function removeCard(photo) {
  const card = cards.get(photo.id);
  const next = card?.nextElementSibling ?? card?.previousElementSibling;
  const hadFocus = card?.contains(document.activeElement);
  card?.remove();
  cards.delete(photo.id);
  if (hadFocus) (next ? $("a, button", next) : $("#choose"))?.focus();
}

/** @param {import("./photo-list.js").Photo} photo */
function updateCard(photo) {
  const card = cards.get(photo.id);
  if (!card) return;
  const completed = shareCompleted(photo);
  const before = card.dataset.state;
  card.dataset.state = photo.state;
  showThumbnail(card, photo);
  card.style.setProperty("--left", String(1 - completed));
  const bar = $("progress", card);
  bar.hidden = !["sending", "queued", "processing"].includes(photo.state);
  bar.value = completed;
  setText($(".state", card), photo.corrected ? t("{name}: {text}", { name: t("Model"), text: statusText(photo) }) : statusText(photo));
  $(".corrected", card).hidden = !photo.corrected;
  if (photo.corrected) setText($(".corrected", card), correctedText(photo.corrected));
  $(".kept", card).hidden = photo.state !== "completed" || !photo.sentAt;
  if (photo.sentAt) setText($(".kept", card), t("Kept until {time}.", { time: formatTime(new Date(photo.sentAt + KEPT_MS)) }));
  showAdvice($(".advice", card), photo);
  if (before !== photo.state) {
    showActions(card, photo);
    if (before && ["completed", "error", "refused", "gone"].includes(photo.state)) announce(t("{name}: {text}", { name: photo.name, text: statusText(photo) }));
  }
}

function statusText(photo) {
  switch (photo.state) {
    case "waiting":
      return waitingText(photo);
    case "sending":
      return photo.sent < 1 ? t("Sending: {percent}", { percent: formatPercent(photo.sent) }) : t("Sent; the server is storing it");
    case "queued":
      return t("Queued");
    case "processing":
      return plural(photo.total, "{done} of {n} chunk classified", "{done} of {n} chunks classified", { done: photo.done });
    case "completed":
      return summaryText(photo.summary);
    default:
      return photo.why;
  }
}

function waitingText(photo) {
  if (!navigator.onLine) return t("Waiting for a connection");
  if (getBatch(photo.batch)?.isPaused) return t("Paused");
  const left = photo.retryAt - Date.now();
  if (left === Infinity) return photo.why;
  if (left > 0) return t("{why} Trying again in {time}.", { why: photo.why, time: formatDuration(left / 1000) });
  return t("Waiting to be sent");
}

function showThumbnail(card, photo) {
  const parent = $(".thumb", card);
  if (photo.thumb && !$("img", parent)) {
    const url = URL.createObjectURL(new Blob([photo.thumb], { type: "image/jpeg" }));
    const image = el("img", { alt: "", src: url, onload: () => URL.revokeObjectURL(url) });
    parent.prepend(image);
  }
}

function showActions(card, photo) {
  const parent = $(".acts", card);
  const hadFocus = parent.contains(document.activeElement);
  const isUnfinished = ["waiting", "sending", "queued", "processing"].includes(photo.state);
  const { name } = photo;
  parent.replaceChildren();
  if (photo.state === "completed") {
    parent.append(el("a", { class: "button main", href: `#photo=${photo.id}`, "aria-label": t("Look at {name}", { name }) }, t("Look")));
  }
  if (["refused", "error", "gone"].includes(photo.state)) {
    parent.append(el("button", { type: "button", "aria-label": t("Try again: {name}", { name }), onclick: () => retryPhoto(photo) }, t("Try again")));
  }
  const [text, label, action] = endingAction(photo, isUnfinished);
  parent.append(el("button", { type: "button", "aria-label": label, onclick: () => action(getPhoto(photo.id)) }, text));
  if (hadFocus) $("a, button", parent)?.focus();
}

function endingAction(photo, isUnfinished) {
  const { name } = photo;
  if (isUnfinished) return [t("Cancel"), t("Cancel {name}", { name }), cancelOne];
  if (photo.state === "completed" && photo.jobId) return [t("Delete"), t("Delete {name}", { name }), confirmDelete];
  return [t("Remove"), t("Remove {name}", { name }), removePhoto];
}

async function cancelOne(photo) {
  await cancelPhoto(photo);
  announce(t("{name} cancelled.", { name: photo.name }));
}

async function confirmDelete(photo) {
  if (confirm(t("Delete {name} and its result, here and on the server?", { name: photo.name }))) await deletePhoto(photo);
}
