// Show the figures of the selected photos together; the server computes them as those of a survey.

import { fetchJson } from "../app/api-client.js";
import { $, setText } from "../app/dom.js";
import { bleachedCoverText, coralCoverText } from "../app/format.js";
import { plural, t } from "../app/language.js";

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
  setText($("#selected-count"), countText(photos.length, jobs.length, isSelection));
  const key = jobs.join();
  if (key === current) return;
  current = key;
  setText($("#cover"), jobs.length ? t("Computing the figures…") : ""); // those of another selection would mislead
  clearTimeout(timer);
  timer = setTimeout(() => load(jobs, key), DELAY_MS);
}

function countText(photos, done, isSelection) {
  if (done === photos) {
    return isSelection ? plural(photos, "{n} photo selected.", "{n} photos selected.") : plural(photos, "{n} photo shown.", "{n} photos shown.");
  }
  return isSelection
    ? plural(photos, "{n} photo selected, {done} with a result.", "{n} photos selected, {done} with a result.", { done })
    : plural(photos, "{n} photo shown, {done} with a result.", "{n} photos shown, {done} with a result.", { done });
}

async function load(jobs, key) {
  if (!jobs.length || jobs.length > MAX_JOBS) {
    setText($("#cover"), jobs.length ? t("Figures of more than {most} photos are not computed.", { most: MAX_JOBS }) : "");
    return;
  }
  let text;
  try {
    const cover = await fetchJson("/jobs/cover", { method: "POST", body: { job_ids: jobs } });
    const gone = cover.left_out.length ? ` ${plural(cover.left_out.length, "{n} result of them no longer on the server.", "{n} results of them no longer on the server.")}` : "";
    text = `${bleachedCoverText(cover)} ${coralCoverText(cover)}${gone}`;
  } catch (error) {
    text = error.message;
    current = ""; // asked again at the next change
  }
  if (key === current || !current) setText($("#cover"), text);
}
