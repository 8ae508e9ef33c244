// Show the details of the selected chunk, and let the user correct its label.

import { fetchJson } from "../app/api-client.js";
import { announce, el, setChildren } from "../app/dom.js";
import { formatPercent } from "../app/format.js";
import { t } from "../app/language.js";
import { STATES, isEmpty, labelText, titleOf } from "./chunk-states.js";

const AUTHOR_KEY = "coralchunk.by";

/**
 * Describe in one line what a chunk shows.
 * @param {import("./chunk-states.js").Cell} cell
 * @returns {string}
 */
export function describeChunk(cell) {
  if (isEmpty(cell)) return t("{name}: {text}", { name: titleOf(cell.state), text: t("more than half of it is empty in the photo, or under the colour card") });
  const { bleached, healthy, not_coral } = cell.probabilities;
  const model = t("bleached {bleached}, healthy {healthy}, not coral {other}", {
    bleached: formatPercent(bleached),
    healthy: formatPercent(healthy),
    other: formatPercent(not_coral),
  });
  if (cell.corrected) return t("{label} (corrected); the model said {predicted}: {model}", { ...labelsOf(cell), model });
  return t("{name}: {text}", { name: titleOf(cell.state), text: model });
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
    el("h2", {}, el("span", { class: `swatch ${cell.state}` }), ` ${t("Chunk {index}: {label}", { index, label: titleOf(cell.state) })}`),
    isEmpty(cell)
      ? el("p", {}, t("More than half of it is empty in the photo (transparent, masked or padded) or under the colour card, so it was not classified."))
      : el("dl", { class: "probabilities" }, ...["bleached", "healthy", "not_coral"].flatMap((state) => probabilityRow(state, cell))),
    el("p", { class: "fine" }, t("Pixels {left}–{right} across, {top}–{bottom} down ({size}).", { left: cell.x, right, top: cell.y, bottom, size: `${cell.width}\u00a0×\u00a0${cell.height}` })),
    job.jobId === null || isEmpty(cell) ? correctionNote(cell) : correctionForm(parent, cells, index, job),
  );
}

const labelsOf = (cell) => ({ label: labelText(cell.corrected), predicted: labelText(cell.predicted_label) });

const correctionNote = (cell) =>
  cell.corrected ? el("p", {}, t("Corrected by a person: {label}. The model said {predicted}.", labelsOf(cell))) : null;

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
  const message = el("p", { class: "fine", role: "status" }, cell.corrected ? t("Your correction: {label}. The model said {predicted}.", labelsOf(cell)) : "");
  const author = el("input", { value: localStorage.getItem(AUTHOR_KEY) ?? "", autocomplete: "name", maxlength: 100 });
  const storeCorrection = async (label) => {
    localStorage.setItem(AUTHOR_KEY, author.value.trim());
    const path = `/classify/${job.jobId}/chunks/${index}/correction`;
    try {
      await fetchJson(path, label ? { method: "PUT", body: { label, by: author.value.trim() } } : { method: "DELETE" });
    } catch (error) {
      message.textContent = t("Not stored: {why}", { why: error.message });
      return;
    }
    cell.corrected = label;
    await job.changed();
    showChunk(parent, cells, index, job);
    announce(label ? t("Stored: chunk {index} is {label}.", { index, label: labelText(label) }) : t("Chunk {index}: correction removed.", { index }));
    parent.querySelector("[aria-pressed=true], .correction button")?.focus();
  };
  const choices = STATES.filter(({ state }) => !["unsure", "no_data"].includes(state)).map(({ label, title }) =>
    el("button", { type: "button", "aria-pressed": String(cell.corrected === label), onclick: () => storeCorrection(label) }, title),
  );
  return el(
    "div",
    { class: "correction", role: "group", "aria-labelledby": "correction-title" },
    el("h3", { id: "correction-title" }, t("Wrong? Correct it")),
    el("div", { class: "row" }, ...choices, cell.corrected ? el("button", { type: "button", onclick: () => storeCorrection(null) }, t("Remove correction")) : null),
    el("p", { class: "fine" }, t("The server keeps your correction, this square and a small copy of the photo, even after the photo is deleted, until you remove the correction.")),
    el("label", {}, t("Your name (optional)"), author),
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
