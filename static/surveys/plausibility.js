// Find values of surveys and photos that are probably slips, so that the page can ask about them.

import { $, setText } from "../app/dom.js";
import { formatDate } from "../app/format.js";

const FIRST_YEAR = 1990; // of digital cameras
const DEEPEST_M = 200; // that divers and the light for reefs reach
const DAY_MS = 86_400_000;

/**
 * @param {{date: string, depth_m: number|null}} survey date as YYYY-MM-DD
 * @returns {string[]} a sentence for each implausible value
 */
export function surveyDoubts({ date, depth_m }) {
  const doubts = dayDoubts(date, "The survey's date");
  if (depth_m !== null && depth_m > DEEPEST_M) doubts.push(`A depth of ${depth_m} m is more than reef photos are taken in.`);
  return doubts;
}

/**
 * @param {{name: string, takenAt: string}[]} photos takenAt as YYYY-MM-DDTHH:MM, "" if unknown
 * @param {string} surveyDate YYYY-MM-DD
 * @returns {string[]}
 */
export function photoDoubts(photos, surveyDate) {
  const dated = photos.filter(({ takenAt }) => takenAt);
  const impossible = dated.flatMap(({ name, takenAt }) => dayDoubts(takenAt.slice(0, 10), `The date of ${name}`));
  const others = dated.filter(({ takenAt }) => takenAt.slice(0, 4) !== surveyDate.slice(0, 4));
  if (!others.length) return impossible;
  const [first] = others;
  const more = others.length > 1 ? ` and ${others.length - 1} more` : "";
  const doubt = `${first.name}${more} was taken in ${first.takenAt.slice(0, 4)}, the survey is of ${surveyDate.slice(0, 4)}.`;
  return [...impossible, doubt.replace("more was", "more were")];
}

function dayDoubts(day, what) {
  if (new Date(`${day}T00:00`) > Date.now() + DAY_MS) return [`${what}, ${formatDate(day)}, is in the future.`];
  if (Number(day.slice(0, 4)) < FIRST_YEAR) return [`${what}, ${formatDate(day)}, is before there were digital cameras.`];
  return [];
}

/**
 * Ask about doubts in a dialog: the first time its form is submitted they are shown, the second time it goes on.
 * @param {HTMLElement} dialog with an element `.doubts`
 * @param {string[]} doubts
 * @returns {boolean} whether to go on
 */
export function isConfirmed(dialog, doubts) {
  const question = $(".doubts", dialog);
  const text = doubts.length ? `${doubts.join(" ")} Correct this, or press “${$("button.main", dialog).textContent}” again if it is right.` : "";
  const isRepeated = !text || question.textContent === text;
  question.hidden = !text;
  setText(question, text);
  return isRepeated;
}

/** Forget what was asked in a dialog. @param {HTMLElement} dialog */
export function clearDoubts(dialog) {
  isConfirmed(dialog, []);
}
