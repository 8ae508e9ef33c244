// Show one panel for each batch: its progress, and buttons for all of its photos.

import { ROOT } from "../app/api-client.js";
import { $, announce, el, setText } from "../app/dom.js";
import { plural, t } from "../app/language.js";
import { changeBatch, getBatch, listBatches, photosOf, removeBatch, subscribeBatches } from "./batch-list.js";
import { hasFailed, isUnfinished, progressOf, progressText, ratePerMinute } from "./batch-progress.js";
import { cancelPhoto, deletePhoto, retryPhoto } from "./photo-actions.js";
import { listPhotos, removePhoto, subscribe } from "./photo-list.js";

const DRAWN_EVERY_MS = 150; // a batch of 400 changes more often than anyone reads
const SHOWN = 5; // of the files that were left out

/** @type {Map<string, HTMLElement>} */
const panels = new Map();
/** When photos of each batch were finished, while this page is open. @type {Map<string, number[]>} */
const finishedAt = new Map();
/** @type {Set<string>} */
const finished = new Set();
const changed = new Set();
let timer = 0;

/** Show every batch, and update it when it or its photos change. */
export function showBatches() {
  subscribeBatches((batch, isRemoved) => (isRemoved ? removePanel(batch) : draw(batch)));
  subscribe((photo, kind) => {
    if (!getBatch(photo.batch)) return;
    noteFinished(photo, kind);
    drawSoon(photo.batch);
  });
  for (const kind of ["online", "offline"]) window.addEventListener(kind, () => listBatches().forEach(draw));
  for (const photo of listPhotos()) if (photo.state === "completed") finished.add(photo.id);
  listBatches().reverse().forEach(draw);
}

function noteFinished(photo, kind) {
  if (photo.state !== "completed") return finished.delete(photo.id);
  if (finished.has(photo.id)) return undefined;
  finished.add(photo.id);
  if (kind === "changed") finishedAt.set(photo.batch, [...(finishedAt.get(photo.batch) ?? []), Date.now()]);
  return undefined;
}

function drawSoon(id) {
  changed.add(id);
  timer ||= setTimeout(() => {
    timer = 0;
    const batches = [...changed].map(getBatch).filter(Boolean);
    changed.clear();
    batches.forEach(draw);
  }, DRAWN_EVERY_MS);
}

function createPanel(batch) {
  const panel = el(
    "section",
    { class: "batch panel", "data-id": batch.id, "aria-label": t("Batch {name}", { name: batch.name }) },
    el("h3", {}, batch.name),
    el("progress", { max: 1, value: 0, "aria-label": t("Progress of {name}", { name: batch.name }) }),
    el("p", { class: "batch-state" }),
    el("p", { class: "left-out fine", hidden: true }),
    el("div", { class: "acts" }),
  );
  panels.set(batch.id, panel);
  $("#batches").prepend(panel);
  return panel;
}

function removePanel(batch) {
  const panel = panels.get(batch.id);
  const hadFocus = panel?.contains(document.activeElement);
  panel?.remove();
  panels.delete(batch.id);
  if (hadFocus) $("#choose").focus();
}

/** @param {import("./batch-list.js").Batch} batch */
function draw(batch) {
  const panel = panels.get(batch.id) ?? createPanel(batch);
  const photos = photosOf(batch);
  const progress = progressOf(photos);
  const isDone = !batch.isReading && progress.completed + progress.failed === progress.total;
  const wasDone = panel.dataset.state === "done";
  panel.dataset.state = isDone ? "done" : batch.isPaused ? "paused" : "running";
  $("progress", panel).value = progress.share;
  $("progress", panel).hidden = isDone;
  setText($(".batch-state", panel), progressText(batch, progress, ratePerMinute(finishedAt.get(batch.id) ?? [], Date.now())));
  showLeftOut($(".left-out", panel), batch);
  showActions(panel, batch, progress, isDone);
  if (isDone && !wasDone && finishedAt.has(batch.id)) announce(t("{name}: {text}", { name: batch.name, text: progressText(batch, progress, null) }));
}

function showLeftOut(element, batch) {
  const leftOut = leftOutText(batch.leftOut);
  const interrupted = batch.wasInterrupted ? t("The page was closed before all photos were read. Choose the same files, folder or ZIP file again; photos that are here already are not added twice.") : "";
  element.hidden = !leftOut && !interrupted;
  setText(element, [interrupted, leftOut].filter(Boolean).join(" "));
}

function leftOutText(names) {
  if (!names.length) return "";
  const files = names.slice(0, SHOWN).join("; ");
  const more = names.length - SHOWN;
  return more > 0 ? t("Left out: {files}; and {more} more.", { files, more }) : t("Left out: {files}.", { files });
}

/** The buttons change only when what they do changes, so that a button that has the focus keeps it. */
function showActions(panel, batch, progress, isDone) {
  const actions = actionsOf(batch, progress, isDone);
  const parent = $(".acts", panel);
  const key = actions.map(([text]) => text).join();
  if (parent.dataset.key === key && parent.hasChildNodes()) return;
  const at = [...parent.children].indexOf(document.activeElement);
  parent.dataset.key = key;
  const gallery = el("a", { class: "button", href: `${ROOT}/gallery#batch=${batch.id}`, "aria-label": t("{name}: {text}", { name: t("Gallery"), text: batch.name }) }, t("Gallery"));
  parent.replaceChildren(gallery, ...actions.map(([text, onclick]) => el("button", { type: "button", "aria-label": t("{name}: {text}", { name: text, text: batch.name }), onclick }, text)));
  if (at >= 0) parent.children[Math.min(at, parent.children.length - 1)].focus();
}

function actionsOf(batch, progress, isDone) {
  const actions = [];
  if (progress.failed) actions.push([t("Retry {n} failed", { n: progress.failed }), () => photosOf(batch).filter(hasFailed).forEach(retryPhoto)]);
  if (!isDone && batch.isPaused) actions.push([t("Go on"), () => changeBatch(batch, { isPaused: false })]);
  else if (progress.unsent) actions.push([t("Pause"), () => changeBatch(batch, { isPaused: true })]);
  actions.push(isDone ? [t("Delete batch"), () => deleteAll(batch)] : [t("Cancel all"), () => cancelAll(batch)]);
  return actions;
}

async function cancelAll(batch) {
  const open = photosOf(batch).filter(isUnfinished);
  if (!confirm(plural(open.length, "Cancel {n} photo of {name}? Finished results stay.", "Cancel {n} photos of {name}? Finished results stay.", { name: batch.name }))) return;
  changeBatch(batch, { isReading: false, isPaused: false });
  for (const photo of open.reverse()) await cancelPhoto(photo); // the newest first: the next to be sent are the last to go
  announce(plural(open.length, "{n} photo cancelled.", "{n} photos cancelled."));
}

async function deleteAll(batch) {
  const photos = photosOf(batch);
  if (!confirm(plural(photos.length, "Delete {n} photo of {name} and the results, here and on the server?", "Delete {n} photos of {name} and the results, here and on the server?", { name: batch.name }))) return;
  for (const photo of photos) await (photo.jobId === null ? removePhoto(photo) : deletePhoto(photo));
  removeBatch(batch);
  announce(t("{name} deleted.", { name: batch.name }));
}
