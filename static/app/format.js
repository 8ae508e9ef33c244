// Format the figures of the API for people: percentages, intervals, counts, durations.

import { LANGUAGE, LOCALE, formatNumber, plural, t } from "./language.js";
import { reasonText } from "./server-text.js";

const NARROW = "\u202f"; // a space that does not break
const JOINER = "\u2060"; // no space, and no break either

const GAP = ["id", "pt"].includes(LANGUAGE) ? "" : NARROW; // before a percent sign

const percentOf = (number) => `${number}${GAP}%`;

/**
 * Format a share, 0 to 1, as a whole percentage; a share above 0 is never shown as 0.
 * @param {number} share
 * @returns {string}
 */
export function formatPercent(share) {
  if (share > 0 && share < 0.01) return t("under {percent}", { percent: percentOf(1) });
  if (share < 1 && share > 0.99) return t("over {percent}", { percent: percentOf(99) });
  return percentOf(Math.round(share * 100));
}

/**
 * Write the bounds of an interval.
 * @param {[number, number]} interval
 * @returns {string}
 */
export function formatBounds(interval) {
  if (interval[1] > 0 && interval[1] < 0.01) return formatPercent(interval[1]); // not "0–0 %"
  if (interval[0] > 0.99 && interval[0] < 1) return formatPercent(interval[0]);
  const [low, high] = interval.map((bound) => Math.round(bound * 100));
  return `${low}${JOINER}–${JOINER}${percentOf(high)}`;
}

/** Write the bounds of a 95 % interval. @param {string} bounds @returns {string} */
export const interval95 = (bounds) => t("({level}: {bounds})", { level: percentOf(95), bounds });

/**
 * Write a 95 % interval.
 * @param {[number, number]|null} interval
 * @returns {string}
 */
export const formatInterval = (interval) => (interval ? ` ${interval95(formatBounds(interval))}` : "");

/**
 * Format a difference of two shares in whole points of a percentage.
 * @param {number} difference -1 to 1
 * @returns {string}
 */
export const formatPoints = (difference) => String(Math.round(difference * 100) || 0).replace("-", "\u2212");

/**
 * Write a size of a file.
 * @param {number} bytes
 * @returns {string}
 */
export const formatMegabytes = (bytes) => `${formatNumber(bytes / 1e6, bytes < 1e6 ? 2 : 1)}${NARROW}MB`;

const LIMITS = [0.01, 0.1, 0.5]; // largest bleached share of each severity class but the last
const SEVERITY = [t("No bleaching seen"), t("Mild bleaching"), t("Moderate bleaching"), t("Severe bleaching")];
const BETWEEN = [t("Little or no bleaching"), t("Mild to moderate bleaching"), t("Moderate to severe bleaching")]; // a class and the next

const severityStep = (share) => LIMITS.filter((limit) => share > limit).length;

/**
 * Say how severe the bleaching is, as far as the interval tells.
 * @param {{bleached_cover: number|null, bleached_cover_interval: [number, number]|null}} summary
 * @returns {string}
 */
export function severityText(summary) {
  if (summary.bleached_cover === null) return t("No figure for bleaching");
  const [low, high] = summary.bleached_cover_interval.map(severityStep);
  if (high - low > 1) return t("Too little coral to tell how severe");
  return high === low ? SEVERITY[low] : BETWEEN[low];
}

/**
 * Describe how much of the coral looks bleached, or why there is no figure.
 * @param {any} summary of a status or survey
 * @returns {string}
 */
export function bleachedCoverText(summary) {
  if (summary.bleached_cover === null) {
    return t("No figure for bleached coral: {reason}.", { reason: reasonText(summary.bleached_cover_reason) });
  }
  const facts = { percent: formatPercent(summary.bleached_cover), interval: formatInterval(summary.bleached_cover_interval), bleached: summary.bleached_chunks };
  if (summary.total_chunks === undefined) return t("{percent} of the coral looks bleached{interval}.", facts);
  return plural(
    summary.total_chunks,
    "{percent} of the coral looks bleached{interval}, {bleached} of {n} chunk.",
    "{percent} of the coral looks bleached{interval}, {bleached} of {n} chunks.",
    facts,
  );
}

/**
 * Describe the result in one line.
 * @param {any} summary of a status
 * @returns {string}
 */
export function summaryText(summary) {
  const severity = severityText(summary);
  if (summary.bleached_cover === null) return t("{severity}: {reason}.", { severity, reason: reasonText(summary.bleached_cover_reason) });
  return t("{severity}: {percent} of the coral{interval}.", {
    severity,
    percent: formatPercent(summary.bleached_cover),
    interval: formatInterval(summary.bleached_cover_interval),
  });
}

/** Head the figures with corrected chunks. @param {number} count @returns {string} */
export const correctionsTitle = (count) => plural(count, "With {n} correction", "With {n} corrections");

/**
 * Describe in one line a result with corrected chunks.
 * @param {{figures: any, count: number}} corrected
 * @returns {string}
 */
export const correctedText = ({ figures, count }) => t("{name}: {text}", { name: correctionsTitle(count), text: summaryText(figures) });

/**
 * Describe how much coral there is, or why there is no figure.
 * @param {any} summary of a status
 * @returns {string}
 */
export function coralCoverText(summary) {
  if (summary.coral_cover === null) return t("No figure for coral cover: {reason}.", { reason: reasonText(summary.coral_cover_reason) });
  return t("Coral covers {percent} of the classified area{interval}.", {
    percent: formatPercent(summary.coral_cover),
    interval: formatInterval(summary.coral_cover_interval),
  });
}

/**
 * Format a waiting time.
 * @param {number} seconds
 * @returns {string}
 */
export const formatDuration = (seconds) => (seconds < 90 ? `${Math.max(1, Math.ceil(seconds))} s` : `${Math.ceil(seconds / 60)} min`);

/**
 * Format a day.
 * @param {string} day YYYY-MM-DD
 * @returns {string} as is usual where the browser is
 */
export const formatDate = (day) => new Date(`${day}T00:00`).toLocaleDateString(LOCALE, { dateStyle: "medium" });

/** Format a number with one digit after the decimal sign. @param {number} number */
export const formatDecimal = (number) => number.toLocaleString(LOCALE, { maximumFractionDigits: 1 });

/** Format an area. @param {number} squareCm */
export const formatArea = (squareCm) =>
  squareCm < 10_000 ? `${squareCm.toLocaleString(LOCALE, { maximumFractionDigits: squareCm < 10 ? 1 : 0 })}${NARROW}cm²` : `${formatDecimal(squareCm / 10_000)}${NARROW}m²`;
