// Sort and filter the photos of a gallery.

import { hasFailed, isUnfinished } from "../photos/batch-progress.js";

const MANY_UNSURE = 0.2;

/** @param {import("../photos/photo-list.js").Photo} photo @returns {number|null} share of its chunks */
export function unsureShare({ summary }) {
  const classified = summary ? summary.total_chunks - (summary.no_data_chunks ?? 0) : 0;
  return classified ? summary.unsure_chunks / classified : null;
}

/** @param {import("../photos/photo-list.js").Photo} photo @returns {{code: string, text: string}[]} */
export const qualityNotes = ({ summary }) => summary?.quality?.notes ?? [];

const descending = (value) => (a, b) => (value(b) ?? -1) - (value(a) ?? -1);
const ascending = (value) => (a, b) => (value(a) ?? 2) - (value(b) ?? 2);
const bleached = ({ summary }) => summary?.bleached_cover ?? null;
const coral = ({ summary }) => summary?.coral_cover ?? null;

/** Photos without the value come last. @type {Record<string, (a: any, b: any) => number>} */
const ORDERS = {
  added: (a, b) => a.addedAt - b.addedAt,
  name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }),
  "bleached-most": descending(bleached),
  "bleached-least": ascending(bleached),
  "coral-most": descending(coral),
  "coral-least": ascending(coral),
  "unsure-most": descending(unsureShare),
  notes: descending((photo) => qualityNotes(photo).length),
};

/** @type {Record<string, (photo: any) => boolean>} */
const FILTERS = {
  all: () => true,
  bleached: (photo) => (bleached(photo) ?? 0) > 0,
  "no-figure": (photo) => photo.state === "completed" && bleached(photo) === null,
  unsure: (photo) => (unsureShare(photo) ?? 0) >= MANY_UNSURE,
  notes: (photo) => qualityNotes(photo).length > 0,
  failed: hasFailed,
  unfinished: isUnfinished,
};

/**
 * @param {import("../photos/photo-list.js").Photo[]} photos
 * @param {string} order of the options of the page
 * @param {string} filter of the options of the page
 */
export const arranged = (photos, order, filter) => photos.filter(FILTERS[filter]).sort((a, b) => ORDERS[order](a, b) || ORDERS.added(a, b));
