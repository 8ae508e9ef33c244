// The list of photos -> cards, each changed in place so that focus and scroll stay.

import { ask } from "./api.js";
import { $, announce, el, write } from "./dom.js";
import { freshKey, listen, photo, photos, remove } from "./photos.js";
import { again } from "./send.js";
import { count, inOneLine, inTime, percent } from "./words.js";

/** @type {Map<string, HTMLElement>} */
const cards = new Map();

/** Show every photo and keep showing how it is. */
export function start() {
  listen((one, kind) => {
    if (kind === "removed") drop(one);
    else if (kind === "added") make(one);
    if (kind !== "removed") show(one);
    $("#empty").hidden = cards.size > 0;
  });
  for (const kind of ["online", "offline"]) window.addEventListener(kind, () => photos().forEach(show));
  setInterval(() => photos().filter((one) => one.retryAt > Date.now()).forEach(show), 1000);
}

/** @param {import("./photos.js").Photo} one */
function make(one) {
  const card = el(
    "li",
    { class: "card", "data-id": one.id },
    el("div", { class: "thumb" }, el("span", { class: "veil" })),
    el("div", { class: "what" }, el("h3", {}, one.name), el("progress", { max: 1, value: 0 }), el("p", { class: "state" })),
    el("div", { class: "acts" }),
  );
  $("progress", card).setAttribute("aria-label", `Progress of ${one.name}`);
  cards.set(one.id, card);
  $("#cards").prepend(card);
}

function drop(one) {
  const card = cards.get(one.id);
  const next = card?.nextElementSibling ?? card?.previousElementSibling;
  const hadFocus = card?.contains(document.activeElement);
  card?.remove();
  cards.delete(one.id);
  if (hadFocus) (next ? $("a, button", next) : $("#choose"))?.focus();
}

/** @param {import("./photos.js").Photo} one */
function show(one) {
  const card = cards.get(one.id);
  if (!card) return;
  const share = shareDone(one);
  const before = card.dataset.state;
  card.dataset.state = one.state;
  picture(card, one);
  card.style.setProperty("--left", String(1 - share));
  const bar = $("progress", card);
  bar.hidden = !["sending", "queued", "processing"].includes(one.state);
  bar.value = share;
  write($(".state", card), words(one));
  if (before !== one.state) {
    actions(card, one);
    if (before && ["completed", "error", "refused", "gone"].includes(one.state)) announce(`${one.name}: ${words(one)}`);
  }
}

/** Sending is the first tenth of the way, for a veil and a bar that never run backwards. */
function shareDone(one) {
  if (one.state === "completed") return 1;
  if (one.state === "sending") return one.sent * 0.1;
  if (one.jobId === null) return 0;
  return 0.1 + (one.total ? (0.9 * one.done) / one.total : 0);
}

function words(one) {
  switch (one.state) {
    case "waiting":
      return waiting(one);
    case "sending":
      return one.sent < 1 ? `Sending: ${percent(one.sent)}` : "Sent; the server stores it";
    case "queued":
      return "In the queue";
    case "processing":
      return `${one.done} of ${count(one.total, "chunk")} judged`;
    case "completed":
      return inOneLine(one.summary);
    default:
      return one.why;
  }
}

function waiting(one) {
  if (!navigator.onLine) return "Waits for a connection";
  const left = one.retryAt - Date.now();
  if (left === Infinity) return one.why;
  if (left > 0) return `${one.why} Tries again in ${inTime(left / 1000)}.`;
  return "Waits to be sent";
}

function picture(card, one) {
  const place = $(".thumb", card);
  if (one.thumb && !$("img", place)) {
    const url = URL.createObjectURL(one.thumb);
    const image = el("img", { alt: "", src: url, onload: () => URL.revokeObjectURL(url) });
    place.prepend(image);
  }
}

function actions(card, one) {
  const place = $(".acts", card);
  const hadFocus = place.contains(document.activeElement);
  const isOn = ["waiting", "sending", "queued", "processing"].includes(one.state);
  const named = (text) => ({ "aria-label": `${text} ${one.name}` });
  place.replaceChildren();
  if (one.state === "completed") {
    place.append(el("a", { class: "button main", href: `#photo=${one.id}`, ...named("Look at") }, "Look"));
  }
  if (["refused", "error", "gone"].includes(one.state)) {
    place.append(el("button", { type: "button", ...named("Try again:"), onclick: () => retry(one) }, "Try again"));
  }
  const [word, act] = isOn ? ["Cancel", cancel] : one.jobId && one.state === "completed" ? ["Delete", askThenDelete] : ["Remove", remove];
  place.append(el("button", { type: "button", ...named(word), onclick: () => act(photo(one.id)) }, word));
  if (hadFocus) $("a, button", place)?.focus();
}

/** A job that failed is over; a photo that was only refused has none yet. Either way its key is fresh. */
function retry(one) {
  one.jobId = null;
  one.key = freshKey();
  again(one);
}

async function cancel(one) {
  const { jobId, name } = one;
  await remove(one);
  announce(`${name} cancelled.`);
  if (jobId !== null) await forget(jobId);
}

async function askThenDelete(one) {
  if (!confirm(`Delete ${one.name} and its result, here and on the server?`)) return;
  await forget(one.jobId);
  await remove(one);
}

/** What is already gone is as good as deleted; what cannot be reached expires by itself. */
async function forget(jobId) {
  await ask(`/classify/${jobId}`, { method: "DELETE" }).catch((no) => no.status === 404 || announce(no.message));
}
