// Say how far the cover is known by now, and what some more checks would add.

import { formatInterval, formatPercent } from "../app/format.js";

const plain = (interval) => formatInterval(interval).replace(/^ \(95\u202f%: /, "").replace(/\)$/, "");

/**
 * @param {{now: any, ahead: any}} review an answer of the server
 * @returns {string}
 */
export function forecastText({ now, ahead }) {
  const name = now.bleached_cover === null ? "coral_cover" : "bleached_cover";
  const words = name === "coral_cover" ? "Coral cover" : "Bleached cover";
  const value = now[name];
  if (value === null) return `No figure yet: ${now[`${name}_reason`]}.`;
  const interval = now[`${name}_interval`];
  if (!interval) return `${words}: ${formatPercent(value)}; no interval: ${now[`${name}_reason`]}.`;
  const known = `${words} of these photos: ${formatPercent(value)} (95\u202f%: ${plain(interval)}).`;
  const later = ahead[`${name}_interval`];
  if (!ahead.checks || !later) return known;
  return `${known} After ${ahead.checks} more checks the interval shrinks to about ${plain(later)}.`;
}
