// The gallery page: the photos of a batch, of this device or of a survey, as tiles or as a table.

import { $, $$, announce, setText } from "../app/dom.js";
import { plural, t } from "../app/language.js";
import { attempt } from "../app/problem.js";
import { hasFailed } from "../photos/batch-progress.js";
import { retryPhoto } from "../photos/photo-actions.js";
import { deviceSource } from "./device-source.js";
import { createRow, createTile, forgetPicture, updateRow, updateTile } from "./items.js";
import { arranged } from "./ordering.js";
import { showSummary } from "./selection-summary.js";
import { surveySource } from "./survey-source.js";
import { windowedRows } from "./windowed-rows.js";

const TILE_REM = { width: 13, height: 15.5, gap: 0.7 };
const DRAWN_EVERY_MS = 200;

/** @type {Set<string>} */
const selected = new Set();
let shown = [];
let lastPicked = null;
let view = null;
let timer = 0;
let isDeleting = false;

const surveyId = () => new URLSearchParams(location.hash.slice(1)).get("survey");
const openedSurvey = surveyId();
const source = openedSurvey ? surveySource(Number(openedSurvey)) : deviceSource;
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
  const all = source.photos();
  shown = arranged(all, $("#order").value, $("#filter").value);
  for (const id of selected) if (!shown.some((photo) => photo.id === id)) selected.delete(id);
  setText($("#gallery-title"), source.title());
  setText($("#state"), source.stateText(all));
  $("#nothing").hidden = shown.length > 0;
  view.show(shown);
  if (!isDeleting) showSummary(concerned(), selected.size > 0, source.coverText);
  const box = $("#all");
  [box.checked, box.indeterminate] = [shown.length > 0 && selected.size === shown.length, selected.size > 0 && selected.size < shown.length];
  const finished = concerned().filter((photo) => photo.state === "completed").length;
  for (const button of $$("[data-needs=result]")) button.disabled = !finished;
  $("#retry").hidden = !concerned().some(hasFailed);
  $("#delete").disabled = !selected.size;
  $("#delete").hidden = !source.canDelete;
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

async function deleteSelected() {
  const photos = picked();
  if (!confirm(source.deleteQuestion(photos.length))) return;
  isDeleting = true; // figures of photos that are being deleted cannot be asked for
  try {
    for (const photo of photos) await source.remove(photo);
  } finally {
    isDeleting = false;
    draw();
  }
  announce(plural(photos.length, "{n} photo deleted.", "{n} photos deleted."));
}

async function download() {
  const { downloadZip } = await import("./download.js");
  const photos = concerned();
  await downloadZip(photos, source.name() || t("Photos"), (done) => setText($("#action-state"), plural(photos.length, "Packing {done} of {n} photo.", "Packing {done} of {n} photos.", { done })));
  setText($("#action-state"), "");
}

async function addToSurvey() {
  const { openSurveyDialog } = await import("./to-survey.js");
  await openSurveyDialog(concerned().filter((photo) => photo.state === "completed"), source.name());
}

function bindControls() {
  for (const id of ["#order", "#filter"]) $(id).addEventListener("change", draw);
  for (const radio of $$("[name=view]")) radio.addEventListener("change", chooseView);
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
    if (surveyId() !== openedSurvey) return location.reload();
    selected.clear();
    draw();
  });
}

bindControls();
await attempt(async () => {
  await source.open();
  chooseView();
  source.follow(drawSoon);
});
document.documentElement.dataset.ready = "gallery";
