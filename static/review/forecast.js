// Say how far the cover is known by now, and what some more checks would add.

import { formatBounds, formatInterval, formatPercent } from "../app/format.js";
import { t } from "../app/language.js";
import { reasonText } from "../app/server-text.js";

/**
 * @param {{now: any, ahead: any}} review an answer of the server
 * @returns {string}
 */
export function forecastText({ now, ahead }) {
  const name = now.bleached_cover === null ? "coral_cover" : "bleached_cover";
  const cover = name === "coral_cover" ? t("Coral cover") : t("Bleached cover");
  const value = now[name];
  if (value === null) return t("No figure yet: {reason}.", { reason: reasonText(now[`${name}_reason`]) });
  const interval = now[`${name}_interval`];
  if (!interval) return t("{cover}: {percent}; no interval: {reason}.", { cover, percent: formatPercent(value), reason: reasonText(now[`${name}_reason`]) });
  const known = t("{cover} of these photos: {percent}{interval}.", { cover, percent: formatPercent(value), interval: formatInterval(interval) });
  const later = ahead[`${name}_interval`];
  if (!ahead.checks || !later) return known;
  return `${known} ${t("After {n} more checks the interval shrinks to about {bounds}.", { n: ahead.checks, bounds: formatBounds(later) })}`;
}
