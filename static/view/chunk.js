// A chosen chunk -> its details, and the question what it really is.

import { json } from "../app/api.js";
import { announce, el, fill } from "../app/dom.js";
import { percent } from "../app/words.js";
import { STATES, labelOf } from "./states.js";

const WHO = "coralchunk.by";

/**
 * Say in one line what a chunk shows.
 * @param {import("./states.js").Cell} cell
 * @returns {string}
 */
export function inShort(cell) {
  const { bleached, healthy, not_coral } = cell.probabilities;
  return `${labelOf(cell.state)}: bleached ${percent(bleached)}, healthy ${percent(healthy)}, not coral ${percent(not_coral)}`;
}

/**
 * Show a chunk.
 * @param {HTMLElement} place
 * @param {import("./states.js").Cell[]} cells
 * @param {number} index
 * @param {{jobId: number|null, changed: () => void}} job that corrections belong to; without id there is no asking
 */
export function detail(place, cells, index, job) {
  const cell = cells[index];
  place.hidden = !cell;
  if (!cell) return fill(place);
  const right = cell.x + cell.width;
  const bottom = cell.y + cell.height;
  fill(
    place,
    el("h2", {}, el("span", { class: `swatch ${cell.state}` }), ` Chunk ${index}: ${labelOf(cell.state)}`),
    el("dl", { class: "odds" }, ...["bleached", "healthy", "not_coral"].flatMap((state) => odds(state, cell))),
    el("p", { class: "fine" }, `Pixels ${cell.x}–${right} across, ${cell.y}–${bottom} down (${cell.width}\u00a0×\u00a0${cell.height}).`),
    job.jobId === null ? null : question(place, cells, index, job),
  );
}

function odds(state, cell) {
  const share = cell.probabilities[state];
  const { name } = STATES.find((one) => one.state === state);
  const strip = el("span", { class: "odd", "aria-hidden": "true" });
  strip.style.setProperty("--share", String(share));
  return [el("dt", {}, name), el("dd", {}, strip, percent(share))];
}

/** Ask what the chunk is; the answer is stored on the server and can be taken back. */
function question(place, cells, index, job) {
  const cell = cells[index];
  const said = el("p", { class: "fine", role: "status" }, cell.corrected ? `You said: ${cell.corrected}.` : "");
  const who = el("input", { value: localStorage.getItem(WHO) ?? "", autocomplete: "name", maxlength: 100 });
  const answer = async (label) => {
    localStorage.setItem(WHO, who.value.trim());
    const path = `/classify/${job.jobId}/chunks/${index}/correction`;
    try {
      await json(path, label ? { method: "PUT", body: { label, by: who.value.trim() } } : { method: "DELETE" });
    } catch (no) {
      said.textContent = `Not stored: ${no.message}`;
      return;
    }
    cell.corrected = label;
    job.changed();
    detail(place, cells, index, job);
    announce(label ? `Stored: chunk ${index} is ${label}.` : `Chunk ${index}: taken back.`);
    place.querySelector("[aria-pressed=true], .question button")?.focus();
  };
  const choices = STATES.filter(({ state }) => state !== "unsure").map(({ label }) =>
    el("button", { type: "button", "aria-pressed": String(cell.corrected === label), onclick: () => answer(label) }, label),
  );
  return el(
    "div",
    { class: "question", role: "group", "aria-labelledby": "question-title" },
    el("h3", { id: "question-title" }, "Is that wrong? Say what it is"),
    el("div", { class: "row" }, ...choices, cell.corrected ? el("button", { type: "button", onclick: () => answer(null) }, "Take back") : null),
    el("p", { class: "fine" }, "The server keeps your answer, this square and a small copy of the photo, also when the photo is deleted, until you take it back."),
    el("label", {}, "Who says so (may stay empty)", who),
    said,
  );
}

/**
 * Read which chunks were corrected before.
 * @param {number} jobId
 * @param {import("./states.js").Cell[]} cells
 */
export async function recallCorrections(jobId, cells) {
  const { corrections } = await json(`/classify/${jobId}/corrections`);
  for (const { chunk, label } of corrections) cells[chunk].corrected = label;
}

