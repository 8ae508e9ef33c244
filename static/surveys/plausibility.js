// Find values of surveys and photos that are probably slips, so that the page can ask about them.

import { $, setText } from "../app/dom.js";
import { formatDate } from "../app/format.js";
import { t } from "../app/language.js";

const FIRST_YEAR = 1990; // of digital cameras
const DEEPEST_M = 200; // that divers and the light for reefs reach
const DAY_MS = 86_400_000;

/**
 * @param {{date: string, depth_m: number|null}} survey date as YYYY-MM-DD
 * @returns {string[]} a sentence for each implausible value
 */
export function surveyDoubts({ date, depth_m }) {
  const doubts = dayDoubts(date, t("The survey's date"));
  if (depth_m !== null && depth_m > DEEPEST_M) doubts.push(t("A depth of {depth} m is more than reef photos are taken in.", { depth: depth_m }));
  return doubts;
}

/**
 * @param {{name: string, takenAt: string}[]} photos takenAt as YYYY-MM-DDTHH:MM, "" if unknown
 * @param {string} surveyDate YYYY-MM-DD
 * @returns {string[]}
 */
export function photoDoubts(photos, surveyDate) {
  const dated = photos.filter(({ takenAt }) => takenAt);
  const impossible = dated.flatMap(({ name, takenAt }) => dayDoubts(takenAt.slice(0, 10), t("The date of {name}", { name })));
  const others = dated.filter(({ takenAt }) => takenAt.slice(0, 4) !== surveyDate.slice(0, 4));
  if (!others.length) return impossible;
  const [first] = others;
  const facts = { name: first.name, more: others.length - 1, year: first.takenAt.slice(0, 4), other: surveyDate.slice(0, 4) };
  const doubt = facts.more
    ? t("{name} and {more} more were taken in {year}, the survey is of {other}.", facts)
    : t("{name} was taken in {year}, the survey is of {other}.", facts);
  return [...impossible, doubt];
}

function dayDoubts(day, what) {
  if (new Date(`${day}T00:00`) > Date.now() + DAY_MS) return [t("{what}, {day}, is in the future.", { what, day: formatDate(day) })];
  if (Number(day.slice(0, 4)) < FIRST_YEAR) return [t("{what}, {day}, is before there were digital cameras.", { what, day: formatDate(day) })];
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
  const text = doubts.length ? `${doubts.join(" ")} ${t("Correct this, or press “{button}” again if it is right.", { button: $("button.main", dialog).textContent })}` : "";
  const isRepeated = !text || question.textContent === text;
  question.hidden = !text;
  setText(question, text);
  return isRepeated;
}

/** Forget what was asked in a dialog. @param {HTMLElement} dialog */
export function clearDoubts(dialog) {
  isConfirmed(dialog, []);
}
