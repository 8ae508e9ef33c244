// Format the figures of the API for people: percentages, intervals, counts, durations.

const NARROW = "\u202f"; // a space that does not break
const JOINER = "\u2060"; // no space, and no break either

/**
 * Format a share, 0 to 1, as a whole percentage; a share above 0 is never shown as 0.
 * @param {number} share
 * @returns {string}
 */
export function formatPercent(share) {
  if (share > 0 && share < 0.01) return `under 1${NARROW}%`;
  if (share < 1 && share > 0.99) return `over 99${NARROW}%`;
  return `${Math.round(share * 100)}${NARROW}%`;
}

/**
 * Write a 95 % interval.
 * @param {[number, number]|null} interval
 * @returns {string}
 */
export function formatInterval(interval) {
  if (!interval) return "";
  const [low, high] = interval.map((bound) => Math.round(bound * 100));
  return ` (95${NARROW}%: ${low}${JOINER}–${JOINER}${high}${NARROW}%)`;
}

/**
 * Format a difference of two shares in whole points of a percentage.
 * @param {number} difference -1 to 1
 * @returns {string}
 */
export const formatPoints = (difference) => String(Math.round(difference * 100) || 0).replace("-", "\u2212");

/**
 * Format a number with its noun, in singular or plural.
 * @param {number} number
 * @param {string} word
 * @returns {string}
 */
export const formatCount = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

/**
 * Write a size of a file.
 * @param {number} bytes
 * @returns {string}
 */
export const formatMegabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)}${NARROW}MB`;

const LIMITS = [0.01, 0.1, 0.5]; // largest bleached share of each severity class but the last
const SEVERITY = ["No bleaching seen", "Mild bleaching", "Moderate bleaching", "Severe bleaching"];
const BETWEEN = ["Little or no bleaching", "Mild to moderate bleaching", "Moderate to severe bleaching"]; // a class and the next

const severityStep = (share) => LIMITS.filter((limit) => share > limit).length;

/**
 * Say how severe the bleaching is, as far as the interval tells.
 * @param {{bleached_cover: number|null, bleached_cover_interval: [number, number]|null}} summary
 * @returns {string}
 */
export function severityText(summary) {
  if (summary.bleached_cover === null) return "No figure for bleaching";
  const [low, high] = summary.bleached_cover_interval.map(severityStep);
  if (high - low > 1) return "Too little coral to tell how severe";
  return high === low ? SEVERITY[low] : BETWEEN[low];
}

/**
 * Describe how much of the coral looks bleached, or why there is no figure.
 * @param {any} summary of a status or survey
 * @returns {string}
 */
export function bleachedCoverText(summary) {
  if (summary.bleached_cover === null) {
    return `No figure for bleached coral: ${summary.bleached_cover_reason}.`;
  }
  const share = `${formatPercent(summary.bleached_cover)} of the coral looks bleached${formatInterval(summary.bleached_cover_interval)}`;
  if (summary.total_chunks === undefined) return `${share}.`;
  return `${share}, ${summary.bleached_chunks} of ${formatCount(summary.total_chunks, "chunk")}.`;
}

/**
 * Describe the result in one line.
 * @param {any} summary of a status
 * @returns {string}
 */
export function summaryText(summary) {
  if (summary.bleached_cover === null) return `${severityText(summary)}: ${summary.bleached_cover_reason}.`;
  return `${severityText(summary)}: ${formatPercent(summary.bleached_cover)} of the coral${formatInterval(summary.bleached_cover_interval)}.`;
}

/**
 * Describe in one line a result with corrected chunks.
 * @param {{figures: any, count: number}} corrected
 * @returns {string}
 */
export const correctedText = ({ figures, count }) => `With ${formatCount(count, "correction")}: ${summaryText(figures)}`;

/**
 * Describe how much coral there is, or why there is no figure.
 * @param {any} summary of a status
 * @returns {string}
 */
export function coralCoverText(summary) {
  if (summary.coral_cover === null) return `No figure for coral cover: ${summary.coral_cover_reason}.`;
  return `Coral covers ${formatPercent(summary.coral_cover)} of the classified area${formatInterval(summary.coral_cover_interval)}.`;
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
export const formatDate = (day) => new Date(`${day}T00:00`).toLocaleDateString(undefined, { dateStyle: "medium" });

/** Format a number with one digit after the point. @param {number} number */
export const formatNumber = (number) => number.toLocaleString(undefined, { maximumFractionDigits: 1 });

/** Format an area. @param {number} squareCm */
export const formatArea = (squareCm) =>
  squareCm < 10_000 ? `${squareCm.toLocaleString(undefined, { maximumFractionDigits: squareCm < 10 ? 1 : 0 })}${NARROW}cm²` : `${formatNumber(squareCm / 10_000)}${NARROW}m²`;
