// Show the summary of a result: text, a bar of states, quality notes and a note on the model.

import { ROOT } from "../app/api-client.js";
import { el, setChildren } from "../app/dom.js";
import { bleachedCoverText, coralCoverText, formatArea, formatCount, formatNumber, formatPercent, severityText } from "../app/format.js";
import { STATES, countStates, isEmpty } from "./chunk-states.js";

const CHUNK_PX = 244;

/**
 * Write the result.
 * @param {HTMLElement} parent
 * @param {any} summary
 * @param {import("./chunk-states.js").Cell[]} cells
 * @param {{figures: any, count: number}|null} corrected
 */
export function showSummary(parent, summary, cells, corrected) {
  setChildren(
    parent,
    ...figuresSideBySide(summary, corrected),
    stateBar(corrected?.figures ?? summary),
    qualityNotes(summary),
    cardFacts(summary.card),
    modelNote(summary, cells),
  );
}

/**
 * Write the figures of the model and, beside them, those with corrections.
 * @param {any} summary
 * @param {{figures: any, count: number}|null} corrected
 * @returns {HTMLElement[]}
 */
export function figuresSideBySide(summary, corrected) {
  const paragraphs = (figures) => [el("p", { class: "lead" }, bleachedCoverText(figures)), el("p", {}, coralCoverText(figures))];
  if (!corrected) return [el("h2", {}, severityText(summary)), ...paragraphs(summary)];
  const column = (title, figures) => el("section", {}, el("h2", {}, `${title}: ${severityText(figures)}`), ...paragraphs(figures));
  const title = `With ${formatCount(corrected.count, "correction")}`;
  return [el("div", { class: "side-by-side" }, column("Model", summary), column(title, corrected.figures))];
}

/** A bar of all chunks, with the same patterns as the photo, and the numbers beside it. */
function stateBar(summary) {
  const parts = STATES.map(({ state, name }) => ({ state, name, chunks: summary[`${state}_chunks`] ?? 0 })).filter(
    ({ state, chunks }) => chunks || !["no_data", "partly_bleached"].includes(state),
  );
  const bar = el("div", { class: "bar", "aria-hidden": "true" });
  for (const { state, chunks } of parts.filter((part) => part.chunks)) {
    const piece = el("span", { class: `piece ${state}` });
    piece.style.flexGrow = String(chunks);
    bar.append(piece);
  }
  const rows = parts.map(({ state, name, chunks }) =>
    el("li", {}, el("span", { class: `swatch ${state}` }), `${formatCount(chunks, "chunk")} ${name} (${formatPercent(chunks / summary.total_chunks)})`),
  );
  return el("div", {}, bar, el("ul", { class: "key" }, ...rows));
}

function qualityNotes(summary) {
  const notes = summary.quality?.notes ?? [];
  if (!notes.length) return null;
  return el("div", { class: "notice" }, ...notes.map((note) => el("p", {}, note.text)));
}

/** What the colour card in the photo measures. */
function cardFacts(card) {
  if (!card) return null;
  const { area_cm2: area, px_per_cm: scale } = card;
  const areas = area
    ? `In the plane of the card, ${formatArea(area.classified)} were classified: ${formatArea(area.coral)} of coral, ${formatArea(area.bleached)} of it bleached.`
    : `No areas: ${card.area_reason}.`;
  return el("p", {}, `Colour card found: ${formatNumber(scale)} px are 1 cm, and a square of ${CHUNK_PX} px is ${formatNumber(CHUNK_PX / scale)} cm wide. ${areas} The card itself counts nowhere.`);
}

function modelNote(summary, cells) {
  const sure = cells.filter((cell) => cell.predicted_label !== "Unsure" && !isEmpty(cell));
  const classified = cells.filter((cell) => !isEmpty(cell));
  const mean = sure.reduce((sum, cell) => sum + Math.max(...Object.values(cell.probabilities)), 0) / (sure.length || 1);
  const text = sure.length
    ? `The model was sure of ${sure.length} of ${formatCount(classified.length, "chunk")}, with a mean probability of ${formatPercent(mean)}.`
    : "The model was sure of no chunk.";
  const { name, version } = summary.model;
  return el(
    "p",
    { class: "fine" },
    `${text} The intervals include the errors of the model where the card of the model states them. `,
    el("a", { href: `${ROOT}/docs/model` }, `How accurate ${name} ${version} is, and where it fails`),
    ".",
  );
}

/**
 * Show how many chunks have each state now.
 * @param {import("./chunk-states.js").Cell[]} cells
 * @param {(state: string) => HTMLElement|null} outputOf
 */
export function showCounts(cells, outputOf) {
  for (const [state, chunks] of Object.entries(countStates(cells))) {
    const output = outputOf(state);
    if (output) output.textContent = String(chunks); // chunks without data have none: there is nothing to show or hide
  }
}
