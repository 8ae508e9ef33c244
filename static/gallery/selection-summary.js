// Show the figures of the selected photos together; the server computes them as those of a survey.

import { fetchJson } from "../app/api-client.js";
import { $, setText } from "../app/dom.js";
import { bleachedCoverText, coralCoverText, formatCount } from "../app/format.js";

const DELAY_MS = 250; // while somebody selects one after the other
const MAX_JOBS = 1000;
let timer = 0;
let current = "";

/**
 * @param {import("../photos/photo-list.js").Photo[]} photos selected, or all that are shown
 * @param {boolean} isSelection whether somebody has selected them
 */
export function showSummary(photos, isSelection) {
  const jobs = photos.filter((photo) => photo.state === "completed").map((photo) => photo.jobId);
  const count = isSelection ? `${formatCount(photos.length, "photo")} selected` : `${formatCount(photos.length, "photo")} shown`;
  setText($("#selected-count"), jobs.length === photos.length ? `${count}.` : `${count}, ${jobs.length} with a result.`);
  const key = jobs.join();
  if (key === current) return;
  current = key;
  setText($("#cover"), jobs.length ? "Computing the figures…" : ""); // those of another selection would mislead
  clearTimeout(timer);
  timer = setTimeout(() => load(jobs, key), DELAY_MS);
}

async function load(jobs, key) {
  if (!jobs.length || jobs.length > MAX_JOBS) {
    setText($("#cover"), jobs.length ? `Figures of more than ${MAX_JOBS} photos are not computed.` : "");
    return;
  }
  let text;
  try {
    const cover = await fetchJson("/jobs/cover", { method: "POST", body: { job_ids: jobs } });
    const gone = cover.left_out.length ? ` ${formatCount(cover.left_out.length, "result")} of them no longer on the server.` : "";
    text = `${bleachedCoverText(cover)} ${coralCoverText(cover)}${gone}`;
  } catch (error) {
    text = error.message;
    current = ""; // asked again at the next change
  }
  if (key === current || !current) setText($("#cover"), text);
}
