// Show the summary of a result: text, a bar of states, quality notes and a note on the model.

import { ROOT } from "../app/api-client.js";
import { el, setChildren } from "../app/dom.js";
import { bleachedCoverText, coralCoverText, correctionsTitle, formatArea, formatDecimal, formatPercent, severityText } from "../app/format.js";
import { plural, t } from "../app/language.js";
import { reasonText, sentence, translated } from "../app/server-text.js";
import { STATES, countStates, isEmpty } from "./chunk-states.js";

const CHUNK_PX = 244;

/** What the server advises for a better photo. */
const NOTES = [
  sentence("The photo is very dark. Use a light, or take it nearer to noon or to the surface."),
  sentence("The photo is overexposed: bright sand and bleached coral look alike. Expose for less."),
  sentence("The photo is blurred. Hold still, let the camera focus, and clean the lens or housing."),
  sentence("The red light is lost, the photo blue: go closer, use a light or set the white balance."),
  sentence("The red light is lost, the photo green: go closer, use a light or set the white balance."),
  sentence("Water lies between camera and reef like a veil: go closer."),
  sentence("The file's colour profile cannot be used, so its colours were taken for sRGB. Save the photo as sRGB for exact colours."),
];

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
  const column = (name, figures) => el("section", {}, el("h2", {}, t("{name}: {text}", { name, text: severityText(figures) })), ...paragraphs(figures));
  return [el("div", { class: "side-by-side" }, column(t("Model"), summary), column(correctionsTitle(corrected.count), corrected.figures))];
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
    el("li", {}, el("span", { class: `swatch ${state}` }), plural(chunks, "{n} chunk {state} ({percent})", "{n} chunks {state} ({percent})", { state: name, percent: formatPercent(chunks / summary.total_chunks) })),
  );
  return el("div", {}, bar, el("ul", { class: "key" }, ...rows));
}

function qualityNotes(summary) {
  const notes = summary.quality?.notes ?? [];
  if (!notes.length) return null;
  return el("div", { class: "notice" }, ...notes.map((note) => el("p", {}, translated(note.text, NOTES))));
}

/** What the colour card in the photo measures. */
function cardFacts(card) {
  if (!card) return null;
  const { area_cm2: area, px_per_cm: scale } = card;
  const found = t("Colour card found: {scale} px are 1 cm, and a square of {side} px is {width} cm wide.", {
    scale: formatDecimal(scale),
    side: CHUNK_PX,
    width: formatDecimal(CHUNK_PX / scale),
  });
  const areas = area
    ? t("In the plane of the card, {classified} were classified: {coral} of coral, {bleached} of it bleached.", {
        classified: formatArea(area.classified),
        coral: formatArea(area.coral),
        bleached: formatArea(area.bleached),
      })
    : t("No areas: {reason}.", { reason: reasonText(card.area_reason) });
  return el("p", {}, `${found} ${areas} ${t("The card itself counts nowhere.")}`);
}

function modelNote(summary, cells) {
  const sure = cells.filter((cell) => cell.predicted_label !== "Unsure" && !isEmpty(cell));
  const classified = cells.filter((cell) => !isEmpty(cell));
  const mean = sure.reduce((sum, cell) => sum + Math.max(...Object.values(cell.probabilities)), 0) / (sure.length || 1);
  const text = sure.length
    ? plural(
        classified.length,
        "The model was sure of {sure} of {n} chunk, with a mean probability of {mean}.",
        "The model was sure of {sure} of {n} chunks, with a mean probability of {mean}.",
        { sure: sure.length, mean: formatPercent(mean) },
      )
    : t("The model was sure of no chunk.");
  const { name, version } = summary.model;
  return el(
    "p",
    { class: "fine" },
    `${text} ${t("The intervals include the errors of the model where the card of the model states them.")} `,
    el("a", { href: `${ROOT}/docs/model` }, t("How accurate {model} is, and where it fails", { model: `${name} ${version}` })),
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
