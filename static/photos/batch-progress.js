// Describe how far a batch is: counts, photos per minute and the time that is left.

import { plural, t } from "../app/language.js";

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
  const counts = failed
    ? plural(total, "{completed} of {n} photo done, {failed} failed.", "{completed} of {n} photos done, {failed} failed.", { completed, failed })
    : plural(total, "{completed} of {n} photo done.", "{completed} of {n} photos done.", { completed });
  if (batch.isReading) return plural(total, "Reading the photos: {n} photo so far. {counts}", "Reading the photos: {n} photos so far. {counts}", { counts });
  if (!left) return counts;
  if (batch.isPaused && unsent) return `${counts} ${plural(unsent, "Paused: {n} photo on this device waits.", "Paused: {n} photos on this device wait.")}`;
  if (!navigator.onLine && unsent) return `${counts} ${plural(unsent, "No connection: {n} photo on this device waits.", "No connection: {n} photos on this device wait.")}`;
  if (rate === null) return counts;
  return t("{counts} {rate} a minute; about {time} left.", { counts, rate: Math.max(1, Math.round(rate)), time: timeLeft(left / rate) });
}

/** @param {number} minutes */
function timeLeft(minutes) {
  if (minutes < 90) return t("{minutes} min", { minutes: Math.max(1, Math.ceil(minutes)) });
  return t("{hours} h {minutes} min", { hours: Math.floor(minutes / 60), minutes: Math.round(minutes % 60) });
}
