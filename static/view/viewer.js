// A finished photo -> the page on which it is looked at.

import { Refusal, Unreachable } from "../app/api.js";
import { $, $$, write } from "../app/dom.js";
import { percent } from "../app/words.js";
import { detail, inShort, recallCorrections } from "./chunk.js";
import { handle } from "./gestures.js";
import { PhotoMap } from "./map.js";
import { judge } from "./states.js";
import { recount, tell } from "./summary.js";
import { offer } from "./take.js";

/**
 * @typedef {object} Result
 * @property {string} name of the photo
 * @property {any} status with summary and chunks
 * @property {Blob|null} photo the original, where this device has it
 * @property {() => Promise<Blob>} picture the server's, marks and all
 * @property {number|null} jobId null for one who may only look
 */

const MODEL_THRESHOLD = Math.round(Number($("#main").dataset.unsureBelow) * 100);
let map = null;
/** @type {Result|null} */
let shown = null;

/**
 * Make room for a result that is on its way.
 * @param {string} name
 */
export function prepare(name) {
  shown = null;
  write($("#view-title"), name);
  document.title = `${name}: coralchunk`;
  problem("");
  $(".columns").hidden = true;
}

/**
 * Show a result.
 * @param {Result} result
 */
export async function show(result) {
  prepare(result.name);
  shown = result;
  map ??= setUp();
  const { status } = result;
  const size = { width: status.image_width, height: status.image_height };
  const cells = status.chunks.map((chunk) => ({ ...chunk, state: judge(chunk, null), corrected: null }));
  $("#frame").style.setProperty("--ratio", String(size.width / size.height));
  tell($("#summary"), status.summary, cells);
  offer($("#take"), result);
  const [image] = await Promise.all([drawable(result, size), corrections(result, cells)]);
  if (shown !== result) return; // another was opened meanwhile
  $(".columns").hidden = false;
  $("#looks").hidden = image.isMarked;
  if (image.isMarked && result.jobId !== null) problem(whyMarked(result));
  map.show(image.source, size, cells);
  if (image.isMarked) map.look = { ...map.look, fade: 0 };
  else applyLook();
  setThreshold(MODEL_THRESHOLD);
  choose(-1);
}

/** Leave the result. */
export function close() {
  shown = null;
  document.title = "coralchunk: where is the reef bleaching?";
}

/**
 * Say what went wrong; nothing for "".
 * @param {string} sentence
 */
export function problem(sentence) {
  write($("#view-problem"), sentence);
  $("#view-problem").hidden = !sentence;
}

function whyMarked({ photo }) {
  const why = photo ? "This browser cannot draw photos of this format" : "This device no longer has the photo";
  return `${why}, so the server's picture is shown, marks and all.`;
}

async function corrections({ jobId }, cells) {
  if (jobId === null) return;
  try {
    await recallCorrections(jobId, cells);
  } catch (no) {
    if (!(no instanceof Refusal || no instanceof Unreachable)) throw no;
    problem(`Earlier corrections cannot be shown: ${no.message}`);
  }
}

/** The original where it can be drawn as the server saw it, or the server's picture. */
async function drawable(result, size) {
  const source = result.photo && (await decoded(result.photo));
  if (source && source.naturalWidth === size.width && source.naturalHeight === size.height) {
    return { source, isMarked: false };
  }
  return { source: await decoded(await result.picture()), isMarked: true };
}

async function decoded(blob) {
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

function setUp() {
  const made = new PhotoMap($("#map"));
  handle(made, { choose, hover });
  for (const button of $$("[data-zoom]")) {
    const factor = Number(button.dataset.zoom);
    button.addEventListener("click", () => (factor ? made.zoom(factor) : made.fit()));
  }
  for (const box of $$("#looks [data-state]")) box.addEventListener("change", applyLook);
  $("#fade").addEventListener("input", applyLook);
  $("#threshold").addEventListener("input", () => setThreshold(Number($("#threshold").value)));
  $("#threshold-reset").addEventListener("click", () => setThreshold(MODEL_THRESHOLD));
  return made;
}

function applyLook() {
  const states = $$("#looks [data-state]").filter((box) => box.checked).map((box) => box.dataset.state);
  map.look = { fade: Number($("#fade").value) / 100, shown: new Set(states) };
  map.draw();
}

/** Recolour by another threshold; at the model's own its word stands as it is. @param {number} value per cent */
function setThreshold(value) {
  const isOwn = value === MODEL_THRESHOLD;
  $("#threshold").value = String(value);
  write($("#threshold-says"), isOwn ? `${percent(value / 100)}, the model's own` : percent(value / 100));
  $("#recounted").hidden = isOwn;
  for (const cell of map.cells) cell.state = judge(cell, isOwn ? null : value / 100);
  recount(map.cells, (state) => $(`[data-count=${state}]`));
  choose(map.selected);
  map.draw();
}

function choose(index) {
  map.select(index);
  detail($("#chunk"), map.cells, index, { jobId: shown?.jobId ?? null, changed: () => map.draw() });
}

function hover(index, at) {
  const tip = $("#tip");
  tip.hidden = index < 0;
  if (index < 0) return;
  const cell = map.cells[index];
  write(tip, `${inShort(cell)}. Pixels ${cell.x}, ${cell.y}, ${cell.width} × ${cell.height}`);
  const box = $("#frame").getBoundingClientRect();
  const left = Math.min(at.clientX - box.left + 14, box.width - tip.offsetWidth - 6);
  tip.style.transform = `translate(${Math.max(6, left)}px, ${Math.min(at.clientY - box.top + 18, box.height - tip.offsetHeight - 6)}px)`;
}
