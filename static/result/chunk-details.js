// Show the details of the selected chunk, and let the user correct its label.

import { fetchJson } from "../app/api-client.js";
import { announce, el, setChildren } from "../app/dom.js";
import { formatPercent } from "../app/format.js";
import { STATES, isEmpty, labelOf } from "./chunk-states.js";

const AUTHOR_KEY = "coralchunk.by";

/**
 * Describe in one line what a chunk shows.
 * @param {import("./chunk-states.js").Cell} cell
 * @returns {string}
 */
export function describeChunk(cell) {
  if (isEmpty(cell)) return `${labelOf(cell.state)}: more than half of it is empty in the photo, or under the colour card`;
  const { bleached, healthy, not_coral } = cell.probabilities;
  const model = `bleached ${formatPercent(bleached)}, healthy ${formatPercent(healthy)}, not coral ${formatPercent(not_coral)}`;
  if (cell.corrected) return `${cell.corrected} (corrected); the model said ${cell.predicted_label}: ${model}`;
  return `${labelOf(cell.state)}: ${model}`;
}

/**
 * Show a chunk.
 * @param {HTMLElement} parent
 * @param {import("./chunk-states.js").Cell[]} cells
 * @param {number} index
 * @param {{jobId: number|null, changed: () => Promise<void>}} job that corrections belong to; without id there is no asking
 */
export function showChunk(parent, cells, index, job) {
  const cell = cells[index];
  parent.hidden = !cell;
  if (!cell) return setChildren(parent);
  const right = cell.x + cell.width;
  const bottom = cell.y + cell.height;
  setChildren(
    parent,
    el("h2", {}, el("span", { class: `swatch ${cell.state}` }), ` Chunk ${index}: ${labelOf(cell.state)}`),
    isEmpty(cell)
      ? el("p", {}, "More than half of it is empty in the photo (transparent, masked or padded) or under the colour card, so it was not classified.")
      : el("dl", { class: "probabilities" }, ...["bleached", "healthy", "not_coral"].flatMap((state) => probabilityRow(state, cell))),
    el("p", { class: "fine" }, `Pixels ${cell.x}–${right} across, ${cell.y}–${bottom} down (${cell.width}\u00a0×\u00a0${cell.height}).`),
    job.jobId === null || isEmpty(cell) ? correctionNote(cell) : correctionForm(parent, cells, index, job),
  );
}

const correctionNote = (cell) =>
  cell.corrected ? el("p", {}, `Corrected by a person: ${cell.corrected}. The model said ${cell.predicted_label}.`) : null;

function probabilityRow(state, cell) {
  const share = cell.probabilities[state];
  const { name } = STATES.find((item) => item.state === state);
  const bar = el("span", { class: "probability", "aria-hidden": "true" });
  bar.style.setProperty("--share", String(share));
  return [el("dt", {}, name), el("dd", {}, bar, formatPercent(share))];
}

/** Ask what the chunk shows; the answer is stored on the server and can be removed. */
function correctionForm(parent, cells, index, job) {
  const cell = cells[index];
  const message = el("p", { class: "fine", role: "status" }, cell.corrected ? `Your correction: ${cell.corrected}. The model said ${cell.predicted_label}.` : "");
  const author = el("input", { value: localStorage.getItem(AUTHOR_KEY) ?? "", autocomplete: "name", maxlength: 100 });
  const storeCorrection = async (label) => {
    localStorage.setItem(AUTHOR_KEY, author.value.trim());
    const path = `/classify/${job.jobId}/chunks/${index}/correction`;
    try {
      await fetchJson(path, label ? { method: "PUT", body: { label, by: author.value.trim() } } : { method: "DELETE" });
    } catch (error) {
      message.textContent = `Not stored: ${error.message}`;
      return;
    }
    cell.corrected = label;
    await job.changed();
    showChunk(parent, cells, index, job);
    announce(label ? `Stored: chunk ${index} is ${label}.` : `Chunk ${index}: correction removed.`);
    parent.querySelector("[aria-pressed=true], .correction button")?.focus();
  };
  const choices = STATES.filter(({ state }) => !["unsure", "no_data"].includes(state)).map(({ label }) =>
    el("button", { type: "button", "aria-pressed": String(cell.corrected === label), onclick: () => storeCorrection(label) }, label),
  );
  return el(
    "div",
    { class: "correction", role: "group", "aria-labelledby": "correction-title" },
    el("h3", { id: "correction-title" }, "Wrong? Correct it"),
    el("div", { class: "row" }, ...choices, cell.corrected ? el("button", { type: "button", onclick: () => storeCorrection(null) }, "Remove correction") : null),
    el("p", { class: "fine" }, "The server keeps your correction, this square and a small copy of the photo, even after the photo is deleted, until you remove the correction."),
    el("label", {}, "Your name (optional)", author),
    message,
  );
}

/**
 * Read which chunks were corrected.
 * @param {string} path of the corrections of a result
 * @param {import("./chunk-states.js").Cell[]} cells
 * @returns {Promise<{figures: any, count: number}|null>} the counts and figures with the corrections, null without any
 */
export async function loadCorrections(path, cells) {
  const { corrections, figures } = await fetchJson(path);
  for (const cell of cells) cell.corrected = null;
  for (const { chunk, label } of corrections) cells[chunk].corrected = label;
  return figures && { figures, count: corrections.length };
}
