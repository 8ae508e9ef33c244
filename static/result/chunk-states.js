// The states of a chunk, and how probabilities and a threshold decide between them.

import { t } from "../app/language.js";

/** In the order in which they are listed; `label` is the label in the API. */
export const STATES = [
  { state: "bleached", label: "Bleached Coral", title: t("Bleached Coral"), name: t("bleached") },
  { state: "partly_bleached", label: "Partly Bleached Coral", title: t("Partly Bleached Coral"), name: t("partly bleached") },
  { state: "healthy", label: "Healthy Coral", title: t("Healthy Coral"), name: t("healthy") },
  { state: "not_coral", label: "Not Coral", title: t("Not Coral"), name: t("not coral") },
  { state: "unsure", label: "Unsure", title: t("Unsure"), name: t("unsure") },
  { state: "no_data", label: "No Data", title: t("No Data"), name: t("without data") },
];

/** Every state. @type {Set<string>} */
export const ALL_STATES = new Set(STATES.map(({ state }) => state));

/** Is there nothing in most of it? Such a chunk was not classified, and no threshold changes that. */
export const isEmpty = (cell) => cell.predicted_label === "No Data";

/** The state of each label. */
export const BY_LABEL = Object.fromEntries(STATES.map(({ label, state }) => [label, state]));

/**
 * Return what a chunk shows: the label that a person gave to it, or else what the model says.
 * @param {Cell} cell
 * @param {number|null} threshold as in classify
 * @returns {string} state
 */
export const stateOf = (cell, threshold) => (cell.corrected ? BY_LABEL[cell.corrected] : classify(cell, threshold));

/**
 * @typedef {{x: number, y: number, width: number, height: number, probabilities: Record<string, number>,
 *   predicted_label: string, state: string, corrected: string|null}} Cell a chunk as it is shown
 */

/**
 * Return what the model says of a chunk.
 * @param {Cell} chunk
 * @param {number|null} threshold least largest probability, 0 to 1; null for the model's own word
 * @returns {string} state
 */
export function classify(chunk, threshold) {
  if (threshold === null || isEmpty(chunk)) return BY_LABEL[chunk.predicted_label];
  const [state, probability] = Object.entries(chunk.probabilities).reduce((a, b) => (b[1] > a[1] ? b : a));
  return probability >= threshold ? state : "unsure";
}

/**
 * Count the chunks of each state.
 * @param {Cell[]} cells
 * @returns {Record<string, number>}
 */
export function countStates(cells) {
  const counts = Object.fromEntries(STATES.map(({ state }) => [state, 0]));
  for (const cell of cells) counts[cell.state] += 1;
  return counts;
}

/** @param {string} state @returns {string} label of the API */
export const titleOf = (state) => STATES.find((item) => item.state === state).title;

/** Write a label of the API for people. @param {string} label @returns {string} */
export const labelText = (label) => STATES.find((item) => item.label === label)?.title ?? label;
