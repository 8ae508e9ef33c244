// The gallery page: the photos of a batch, or all of this device, as tiles or as a table.

import { $, $$, announce, el, setChildren, setText } from "../app/dom.js";
import { plural, t } from "../app/language.js";
import { attempt } from "../app/problem.js";
import { getBatch, listBatches, loadBatches, subscribeBatches } from "../photos/batch-list.js";
import { hasFailed, progressOf, progressText } from "../photos/batch-progress.js";
import { watchJobs } from "../photos/job-progress.js";
import { deletePhoto, retryPhoto } from "../photos/photo-actions.js";
import { listPhotos, loadPhotos, removePhoto, subscribe } from "../photos/photo-list.js";
import { startUploads } from "../photos/uploads.js";
import { createRow, createTile, forgetPicture, updateRow, updateTile } from "./items.js";
import { arranged } from "./ordering.js";
import { showSummary } from "./selection-summary.js";
import { windowedRows } from "./windowed-rows.js";

const TILE_REM = { width: 13, height: 15.5, gap: 0.7 };
const DRAWN_EVERY_MS = 200;

/** @type {Set<string>} */
const selected = new Set();
let shown = [];
let lastPicked = null;
let view = null;
let timer = 0;

const batchId = () => new URLSearchParams(location.hash.slice(1)).get("batch");
const batchPhotos = () => listPhotos().filter((photo) => !batchId() || photo.batch === batchId()).reverse();
const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
const picked = () => shown.filter((photo) => selected.has(photo.id));
/** What an action is about: the selected photos, or all that are shown. */
const concerned = () => (selected.size ? picked() : shown);

function tileView() {
  const parent = $("#tiles");
  const columns = () => Math.max(1, Math.floor((parent.clientWidth + TILE_REM.gap * rem()) / ((TILE_REM.width + TILE_REM.gap) * rem())));
  return windowedRows({
    parent,
    columns: () => Math.max(parent.clientWidth < 27 * rem() ? 2 : 1, columns()),
    rowPx: () => (TILE_REM.height + TILE_REM.gap) * rem(),
    top: () => parent.getBoundingClientRect().top,
    reserve: (before, after) => Object.assign(parent.style, { paddingTop: `${before}px`, paddingBottom: `${after}px` }),
    keyOf: (photo) => photo.id,
    create: (photo) => createTile(photo, pick),
    remove: forgetPicture,
    update: (tile, photo, index, count) => {
      tile.setAttribute("aria-setsize", String(count));
      tile.setAttribute("aria-posinset", String(index + 1));
      updateTile(tile, photo, selected.has(photo.id));
    },
  });
}

function tableView() {
  const parent = $("#rows");
  return windowedRows({
    parent,
    columns: () => 1,
    rowPx: () => 3 * rem(),
    top: () => $("#rows-before").getBoundingClientRect().top,
    reserve: (before, after) => {
      $("#rows-before td").style.height = `${before}px`;
      $("#rows-after td").style.height = `${after}px`;
    },
    keyOf: (photo) => photo.id,
    create: (photo) => createRow(photo, pick),
    remove: () => undefined,
    update: (row, photo, index, count) => {
      row.setAttribute("aria-rowindex", String(index + 2));
      $("#table table").setAttribute("aria-rowcount", String(count + 1));
      updateRow(row, photo, selected.has(photo.id));
    },
  });
}

/** Select a photo, or with Shift all from the one that was picked before. */
function pick(photo, isRange) {
  const isOn = !selected.has(photo.id);
  const [from, to] = [shown.indexOf(isRange && lastPicked ? lastPicked : photo), shown.indexOf(photo)].sort((a, b) => a - b);
  for (const one of shown.slice(Math.max(0, from), to + 1)) selected[isOn ? "add" : "delete"](one.id);
  lastPicked = photo;
  draw();
}

function draw() {
  clearTimeout(timer);
  timer = 0;
  const all = batchPhotos();
  shown = arranged(all, $("#order").value, $("#filter").value);
  for (const id of selected) if (!shown.some((photo) => photo.id === id)) selected.delete(id);
  const batch = getBatch(batchId());
  const progress = progressOf(all);
  setText($("#gallery-title"), batch?.name ?? t("All photos of this device"));
  setText($("#state"), batch ? progressText(batch, progress, null) : plural(all.length, "{n} photo.", "{n} photos."));
  $("#nothing").hidden = shown.length > 0;
  view.show(shown);
  showSummary(concerned(), selected.size > 0);
  const box = $("#all");
  [box.checked, box.indeterminate] = [shown.length > 0 && selected.size === shown.length, selected.size > 0 && selected.size < shown.length];
  const finished = concerned().filter((photo) => photo.state === "completed").length;
  for (const button of $$("[data-needs=result]")) button.disabled = !finished;
  $("#retry").hidden = !concerned().some(hasFailed);
  $("#delete").disabled = !selected.size;
  $(".summary").classList.toggle("has-selection", selected.size > 0);
}

const drawSoon = () => (timer ||= setTimeout(draw, DRAWN_EVERY_MS));

function chooseView() {
  view?.stop();
  const isTable = $("[name=view]:checked").value === "table";
  $("#tiles").hidden = isTable;
  $("#table").hidden = !isTable;
  view = isTable ? tableView() : tileView();
  draw();
}

function showBatchChoice() {
  const options = listBatches().map((batch) => el("option", { value: batch.id, selected: batch.id === batchId() }, batch.name));
  setChildren($("#batch"), el("option", { value: "" }, t("All photos")), ...options);
}

async function deleteSelected() {
  const photos = picked();
  if (!confirm(plural(photos.length, "Delete {n} photo and the results, here and on the server?", "Delete {n} photos and the results, here and on the server?"))) return;
  for (const photo of photos) await (photo.jobId === null ? removePhoto(photo) : deletePhoto(photo));
  announce(plural(photos.length, "{n} photo deleted.", "{n} photos deleted."));
}

async function download() {
  const { downloadZip } = await import("./download.js");
  const photos = concerned();
  await downloadZip(photos, getBatch(batchId())?.name ?? t("Photos"), (done) => setText($("#action-state"), plural(photos.length, "Packing {done} of {n} photo.", "Packing {done} of {n} photos.", { done })));
  setText($("#action-state"), "");
}

async function addToSurvey() {
  const { openSurveyDialog } = await import("./to-survey.js");
  await openSurveyDialog(concerned().filter((photo) => photo.state === "completed"), getBatch(batchId())?.name ?? "");
}

function bindControls() {
  for (const id of ["#order", "#filter"]) $(id).addEventListener("change", draw);
  for (const radio of $$("[name=view]")) radio.addEventListener("change", chooseView);
  $("#batch").addEventListener("change", () => (location.hash = $("#batch").value ? `batch=${$("#batch").value}` : ""));
  $("#all").addEventListener("click", () => {
    const isOn = selected.size < shown.length;
    for (const photo of shown) selected[isOn ? "add" : "delete"](photo.id);
    draw();
  });
  for (const [id, action] of [["#delete", deleteSelected], ["#download", download], ["#add-to-survey", addToSurvey]]) {
    $(id).addEventListener("click", () => attempt(action));
  }
  $("#retry").addEventListener("click", () => concerned().filter(hasFailed).forEach(retryPhoto));
  $("#to-survey [data-dismiss]").addEventListener("click", () => $("#to-survey").close());
  window.addEventListener("hashchange", () => {
    selected.clear();
    showBatchChoice();
    draw();
  });
}

bindControls();
await loadBatches();
await loadPhotos();
showBatchChoice();
chooseView();
subscribe(drawSoon);
subscribeBatches(() => (showBatchChoice(), drawSoon()));
startUploads();
watchJobs();
document.documentElement.dataset.ready = "gallery";
