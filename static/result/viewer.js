// Show the result of one photo: the map, its controls and the details.

import { ApiError, NetworkError, ROOT } from "../app/api-client.js";
import { $, $$, setText } from "../app/dom.js";
import { formatPercent } from "../app/format.js";
import { t } from "../app/language.js";
import { showProblem } from "../app/problem.js";
import { describeChunk, loadCorrections, showChunk } from "./chunk-details.js";
import { ALL_STATES, stateOf } from "./chunk-states.js";
import { showExports } from "./export.js";
import { addMapControls } from "./map-controls.js";
import { markChunks } from "./many-chunks.js";
import { PhotoMap } from "./photo-map.js";
import { showCounts, showSummary } from "./summary.js";
import { whiteBalanced } from "./white-balance.js";

/**
 * @typedef {object} Result
 * @property {string} name of the photo
 * @property {any} status with summary and chunks
 * @property {Blob|null} photo the original, where this device has it
 * @property {() => Promise<Blob>} preview a small copy of it
 * @property {() => Promise<Blob>} picture the server's, marks and all
 * @property {number|null} jobId null for one who may only look
 * @property {string|null} corrections the path under which they are read, if anywhere
 * @property {(corrected: {figures: any, count: number}|null) => void} [onCorrected] called when the corrections are known
 */

const MODEL_THRESHOLD = Math.round(Number($("#main").dataset.unsureBelow) * 100);
let map = null;
/** @type {Result|null} */
let shown = null;

/**
 * Prepare the page for a result that is loading.
 * @param {string} name
 */
export function showLoading(name) {
  shown = null;
  setText($("#view-title"), name);
  document.title = `${name}: coralchunk`;
  showViewProblem("");
  $(".columns").hidden = true;
}

/**
 * Show a result.
 * @param {Result} result
 */
export async function showResult(result) {
  showLoading(result.name);
  shown = result;
  map ??= createMap();
  const { status } = result;
  const size = { width: status.image_width, height: status.image_height };
  const cells = status.chunks.map((chunk) => ({ ...chunk, state: stateOf(chunk, null), corrected: null }));
  $("#frame").style.setProperty("--ratio", String(size.width / size.height));
  showSummary($("#summary"), status.summary, cells, null);
  showExports($("#export-options"), result, cells);
  for (const part of ["#check-photo", "#mark"]) $(part).hidden = result.jobId === null;
  $("#many").hidden = true;
  $("#check-photo a").href = `${ROOT}/review/${result.jobId}${location.hash}`;
  $(".columns").hidden = false; // words first: the picture may take long
  $(".stage").hidden = false;
  $(".photo").classList.add("loading");
  const [image] = await Promise.all([loadImage(result, size), addCorrections(result, cells)]).catch((error) => {
    if (shown === result) $(".stage").hidden = true; // the figures stay
    throw error;
  });
  if (shown !== result) return; // another was opened meanwhile
  $(".photo").classList.remove("loading");
  $("#map-options").hidden = image.isMarked;
  offerWhiteBalance(image, status.summary.card?.white_balance);
  if (image.isMarked && result.jobId !== null) showViewProblem(markedPictureNotice(result));
  map.show(image.source, size, cells, image.isPreview ? () => showWholePicture(result) : null);
  if (image.isMarked) map.overlayStyle = { opacity: 1, states: ALL_STATES, isForCorrections: true };
  else applyOverlayStyle();
  setThreshold(MODEL_THRESHOLD);
  selectChunk(-1);
}

/** Let the photo be seen with the colours that its card gives; the chunks were classified without. */
function offerWhiteBalance({ source }, factors) {
  const box = $("#white-balance");
  box.checked = false;
  box.closest("label").hidden = !factors;
  box.onchange = () => map.replaceImage(box.checked ? whiteBalanced(source, factors) : source);
}

/** Close the result. */
export function closeResult() {
  shown = null;
  document.title = t("coralchunk: where is the reef bleaching?");
}

/**
 * Show what went wrong with the result; hide the message for "".
 * @param {string} message
 */
export function showViewProblem(message) {
  showProblem(message, $("#view-problem"));
}

function markedPictureNotice({ photo }) {
  return photo
    ? t("This browser cannot draw photos of this format, so the picture of the server is shown, including the marks.")
    : t("This device no longer has the photo, so the picture of the server is shown, including the marks.");
}

/** Read the corrections, and show the figures with them beside those of the model. */
async function addCorrections(result, cells) {
  if (result.corrections === null) return;
  try {
    const corrected = await loadCorrections(result.corrections, cells);
    if (shown === result) showSummary($("#summary"), result.status.summary, cells, corrected);
    result.onCorrected?.(corrected);
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof NetworkError)) throw error;
    showViewProblem(t("Earlier corrections cannot be shown: {why}", { why: error.message }));
  }
}

/** Return the original if it can be drawn as the server decoded it, else the server's picture. */
async function loadImage(result, size) {
  const source = result.photo && (await decodeImage(result.photo));
  if (source && source.naturalWidth === size.width && source.naturalHeight === size.height) {
    return { source, isMarked: false };
  }
  const preview = await result.preview().catch(() => null); // results of earlier versions have none
  return { source: await decodeImage(preview ?? (await result.picture())), isMarked: true, isPreview: preview !== null };
}

/** Replace the preview, once somebody looks closer. */
async function showWholePicture(result) {
  try {
    const image = await decodeImage(await result.picture());
    if (shown === result && image) map.replaceImage(image);
  } catch (error) {
    showViewProblem(t("The full picture cannot be shown: {why}", { why: error.message }));
  }
}

async function decodeImage(blob) {
  const image = new Image();
  image.src = URL.createObjectURL(blob);
  try {
    await image.decode();
    return image;
  } catch {
    return null; // HEIC or TIFF in most browsers
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

function createMap() {
  const created = new PhotoMap($("#map"));
  addMapControls(created, { onSelect: selectChunk, onHover: showTooltip, onMark: mark });
  $("#mark").addEventListener("click", () => {
    created.isMarking = !created.isMarking;
    $("#mark").setAttribute("aria-pressed", String(created.isMarking));
    created.draw();
  });
  for (const button of $$("[data-zoom]")) {
    const factor = Number(button.dataset.zoom);
    button.addEventListener("click", () => (factor ? created.zoom(factor) : created.fit()));
  }
  for (const box of $$("#map-options [data-state]")) box.addEventListener("change", applyOverlayStyle);
  $("#opacity").addEventListener("input", applyOverlayStyle);
  $("#threshold").addEventListener("input", () => setThreshold(Number($("#threshold").value)));
  $("#threshold-reset").addEventListener("click", () => setThreshold(MODEL_THRESHOLD));
  return created;
}

function applyOverlayStyle() {
  const states = $$("#map-options [data-state]").filter((box) => box.checked).map((box) => box.dataset.state);
  map.overlayStyle = { opacity: Number($("#opacity").value) / 100, states: new Set(states.includes("bleached") ? [...states, "partly_bleached"] : states) };
  map.draw();
}

/** Recolour by another threshold; at the model's own its word stands as it is. @param {number} value per cent */
function setThreshold(value) {
  const isOwn = value === MODEL_THRESHOLD;
  $("#threshold").value = String(value);
  setText($("#threshold-says"), isOwn ? t("{percent} (the model's own)", { percent: formatPercent(value / 100) }) : formatPercent(value / 100));
  $("#recounted").hidden = isOwn;
  for (const cell of map.cells) cell.state = stateOf(cell, isOwn ? null : value / 100);
  showCounts(map.cells, (state) => $(`[data-count=${state}]`));
  selectChunk(map.selected);
  map.draw();
}

function mark(indexes, isMore) {
  markChunks(map, indexes, isMore, { jobId: shown?.jobId ?? null, changed: applyCorrections });
}

function selectChunk(index) {
  map.select(index);
  showChunk($("#chunk"), map.cells, index, { jobId: shown?.jobId ?? null, changed: applyCorrections });
}

async function applyCorrections() {
  await addCorrections(shown, map.cells);
  setThreshold(Number($("#threshold").value));
}

function showTooltip(index, at) {
  const tip = $("#tip");
  tip.hidden = index < 0;
  if (index < 0) return;
  const cell = map.cells[index];
  setText(tip, t("{chunk}. Pixels {x}, {y}, {width} × {height}", { chunk: describeChunk(cell), x: cell.x, y: cell.y, width: cell.width, height: cell.height }));
  const box = $("#frame").getBoundingClientRect();
  const left = Math.min(at.clientX - box.left + 14, box.width - tip.offsetWidth - 6);
  tip.style.transform = `translate(${Math.max(6, left)}px, ${Math.min(at.clientY - box.top + 18, box.height - tip.offsetHeight - 6)}px)`;
}
