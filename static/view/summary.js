// The summary of a status -> what it says in words, a bar, and how far to believe it.

import { el, fill } from "../app/dom.js";
import { bleaching, count, cover, percent, severity } from "../app/words.js";
import { STATES, tally } from "./states.js";

/**
 * Write the result.
 * @param {HTMLElement} place
 * @param {any} summary
 * @param {import("./states.js").Cell[]} cells
 */
export function tell(place, summary, cells) {
  fill(
    place,
    el("h2", {}, severity(summary)),
    el("p", { class: "lead" }, bleaching(summary)),
    el("p", {}, cover(summary)),
    bar(summary),
    quality(summary),
    sureness(summary, cells),
  );
}

/** A bar of all chunks, with the same patterns as the photo, and the numbers beside it. */
function bar(summary) {
  const parts = STATES.map(({ state, name }) => ({ state, name, chunks: summary[`${state}_chunks`] }));
  const strip = el("div", { class: "bar", "aria-hidden": "true" });
  for (const { state, chunks } of parts.filter((part) => part.chunks)) {
    const piece = el("span", { class: `piece ${state}` });
    piece.style.flexGrow = String(chunks);
    strip.append(piece);
  }
  const rows = parts.map(({ state, name, chunks }) =>
    el("li", {}, el("span", { class: `swatch ${state}` }), `${count(chunks, "chunk")} ${name} (${percent(chunks / summary.total_chunks)})`),
  );
  return el("div", {}, strip, el("ul", { class: "key" }, ...rows));
}

function quality(summary) {
  const notes = summary.quality?.notes ?? [];
  if (!notes.length) return null;
  return el("div", { class: "notice" }, ...notes.map((note) => el("p", {}, note.text)));
}

function sureness(summary, cells) {
  const sure = cells.filter((cell) => cell.predicted_label !== "Unsure");
  const mean = sure.reduce((sum, cell) => sum + Math.max(...Object.values(cell.probabilities)), 0) / (sure.length || 1);
  const words = sure.length
    ? `The model was sure of ${sure.length} of ${count(cells.length, "chunk")}; of those it gave its answer ${percent(mean)} on average.`
    : "The model was sure of no chunk.";
  const { name, version } = summary.model;
  return el(
    "p",
    { class: "fine" },
    `${words} The interval tells how much the figure would vary over like pieces of reef; the model's own errors come on top. `,
    el("a", { href: "/docs/model" }, `How good ${name} ${version} is, and where it fails`),
    ".",
  );
}

/**
 * Write how many chunks have each state at present.
 * @param {import("./states.js").Cell[]} cells
 * @param {(state: string) => HTMLElement} placeOf
 */
export function recount(cells, placeOf) {
  for (const [state, chunks] of Object.entries(tally(cells))) placeOf(state).textContent = String(chunks);
}
