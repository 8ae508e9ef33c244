// Label several chunks of a photo at once.

import { fetchJson } from "../app/api-client.js";
import { $, announce, el, setChildren } from "../app/dom.js";
import { plural, t } from "../app/language.js";
import { STATES, isEmpty, labelText } from "./chunk-states.js";

const AUTHOR_KEY = "coralchunk.by";
const BATCH = 50; // most that the server takes at once

/**
 * Mark chunks, or take the marks of marked ones away, and offer labels for them.
 * @param {import("./photo-map.js").PhotoMap} map
 * @param {number[]} indexes
 * @param {boolean} isMore beside those that are marked
 * @param {{jobId: number|null, changed: () => Promise<void>}} job
 */
export function markChunks(map, indexes, isMore, job) {
  if (job.jobId === null) return;
  const known = indexes.filter((index) => !isEmpty(map.cells[index]));
  if (!isMore) map.marked = new Set(known);
  else if (known.length === 1 && map.marked.has(known[0])) map.marked.delete(known[0]);
  else for (const index of known) map.marked.add(index);
  map.draw();
  showPanel(map, job);
}

function showPanel(map, job) {
  const panel = $("#many");
  panel.hidden = !map.marked.size;
  if (panel.hidden) return setChildren(panel);
  const message = el("p", { class: "fine", role: "status" });
  const buttons = STATES.filter(({ state }) => state !== "no_data").map(({ label, title }) =>
    el("button", { type: "button", onclick: () => labelMarked(map, label, job, message) }, title),
  );
  const undo = [...map.marked].some((index) => map.cells[index].corrected)
    ? el("button", { type: "button", onclick: () => labelMarked(map, null, job, message) }, t("Remove corrections"))
    : null;
  const clear = el("button", { type: "button", onclick: () => markChunks(map, [], false, job) }, t("Clear the selection"));
  setChildren(
    panel,
    el("h2", {}, plural(map.marked.size, "{n} square selected", "{n} squares selected")),
    el("div", { class: "row" }, ...buttons, undo, clear),
    message,
  );
  announce(plural(map.marked.size, "{n} square selected", "{n} squares selected"));
}

async function labelMarked(map, label, job, message) {
  const by = localStorage.getItem(AUTHOR_KEY) || null;
  const changes = [...map.marked].map((chunk) => ({ job_id: job.jobId, chunk, label }));
  try {
    for (let start = 0; start < changes.length; start += BATCH) {
      message.textContent = t("Storing {done} of {total} …", { done: start, total: changes.length });
      const { refused } = await fetchJson("/corrections", { method: "POST", body: { by, changes: changes.slice(start, start + BATCH) } });
      if (refused.length) throw new Error(refused[0].detail);
    }
  } catch (error) {
    message.textContent = t("Not all were stored: {why}", { why: error.message });
    await job.changed();
    return;
  }
  await job.changed();
  announce(label ? plural(changes.length, "Stored: {n} square, {label}.", "Stored: {n} squares, {label}.", { label: labelText(label) }) : t("The corrections were removed."));
  markChunks(map, [], false, job);
}
