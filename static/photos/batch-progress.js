// Describe how far a batch is: counts, photos per minute and the time that is left.

import { formatCount } from "../app/format.js";

const FAILED = ["refused", "error", "gone"];
const RATE_WINDOW_MS = 180_000;
const FEWEST_FOR_RATE = 3;

/**
 * @typedef {object} Progress
 * @property {number} total photos
 * @property {number} completed
 * @property {number} failed
 * @property {number} sending
 * @property {number} onServer accepted and not finished
 * @property {number} unsent only on this device
 * @property {number} share 0 to 1, with started photos in part
 */

/** @param {import("./photo-list.js").Photo} photo */
export const hasFailed = (photo) => FAILED.includes(photo.state);

/** @param {import("./photo-list.js").Photo} photo */
export const isUnfinished = (photo) => photo.state !== "completed" && !hasFailed(photo);

/**
 * Sending counts as the first tenth of a photo, so that no bar runs backwards.
 * @param {import("./photo-list.js").Photo} photo
 * @returns {number} 0 to 1
 */
export function shareCompleted(photo) {
  if (photo.state === "completed") return 1;
  if (photo.state === "sending") return photo.sent * 0.1;
  if (photo.jobId === null) return 0;
  return 0.1 + (photo.total ? (0.9 * photo.done) / photo.total : 0);
}

/**
 * @param {import("./photo-list.js").Photo[]} photos of one batch
 * @returns {Progress}
 */
export function progressOf(photos) {
  const count = (...states) => photos.filter((photo) => states.includes(photo.state)).length;
  const share = photos.reduce((sum, photo) => sum + (hasFailed(photo) ? 1 : shareCompleted(photo)), 0);
  return {
    total: photos.length,
    completed: count("completed"),
    failed: count(...FAILED),
    sending: count("sending"),
    onServer: count("queued", "processing"),
    unsent: count("waiting", "sending"),
    share: photos.length ? share / photos.length : 0,
  };
}

/**
 * Measure how many photos of a batch are finished a minute, from when they were.
 * @param {number[]} finishedAt ms, ascending
 * @param {number} now ms
 * @returns {number|null} null while too few are finished
 */
export function ratePerMinute(finishedAt, now) {
  const recent = finishedAt.filter((at) => at > now - RATE_WINDOW_MS);
  if (recent.length < FEWEST_FOR_RATE) return null;
  return ((recent.length - 1) * 60_000) / Math.max(1000, now - recent[0]);
}

/**
 * @param {import("./batch-list.js").Batch} batch
 * @param {Progress} progress
 * @param {number|null} rate photos a minute
 * @returns {string}
 */
export function progressText(batch, progress, rate) {
  const { total, completed, failed, unsent } = progress;
  const left = total - completed - failed;
  const failures = failed ? `, ${failed} failed` : "";
  const counts = `${completed} of ${formatCount(total, "photo")} done${failures}.`;
  if (batch.isReading) return `Reading the photos: ${formatCount(total, "photo")} so far. ${counts}`;
  if (!left) return counts;
  if (batch.isPaused && unsent) return `${counts} Paused: ${formatCount(unsent, "photo")} on this device ${unsent === 1 ? "waits" : "wait"}.`;
  if (!navigator.onLine && unsent) return `${counts} No connection: ${formatCount(unsent, "photo")} on this device ${unsent === 1 ? "waits" : "wait"}.`;
  if (rate === null) return counts;
  return `${counts} ${Math.max(1, Math.round(rate))} a minute; about ${timeLeft(left / rate)} left.`;
}

/** @param {number} minutes */
function timeLeft(minutes) {
  if (minutes < 1) return "1 min";
  if (minutes < 90) return `${Math.ceil(minutes)} min`;
  return `${Math.floor(minutes / 60)} h ${Math.round(minutes % 60)} min`;
}
