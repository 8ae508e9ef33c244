// Translate the texts of the scripts, and write numbers and dates as the language of the page has them.

/** The language of the page, such as "es". */
export const LANGUAGE = document.documentElement.lang || "en";

/** The same with its region, where the browser names one, such as "es-MX". */
export const LOCALE = navigator.languages.find((tag) => tag.split("-")[0] === LANGUAGE) ?? LANGUAGE;

/** By their English texts; the page loads them before any module. @type {Record<string, string|Record<string, string>>} */
const TEXTS = globalThis.coralchunkTexts ?? {};
const rules = new Intl.PluralRules(LANGUAGE);

const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (whole, name) => String(facts[name] ?? whole));

/**
 * Return a text in the language of the page.
 * @param {string} text English; facts in it are written as {name}
 * @param {Record<string, unknown>} [facts]
 * @returns {string}
 */
export const t = (text, facts = {}) => fill(TEXTS[text] ?? text, facts);

/**
 * Return a text that counts something, in the form that the number needs.
 * @param {number} n the fact {n} of the text
 * @param {string} one the English text for 1
 * @param {string} other the English text for other numbers
 * @param {Record<string, unknown>} [facts]
 * @returns {string}
 */
export function plural(n, one, other, facts = {}) {
  const forms = TEXTS[one] ?? { one, other };
  return fill(forms[rules.select(n)] ?? forms.other, { n, ...facts });
}

/**
 * Write a number with its decimal sign; without grouping, so that it can be copied into a table.
 * @param {number} value
 * @param {number} [digits] after the decimal sign
 * @returns {string}
 */
export const formatNumber = (value, digits = 0) =>
  value.toLocaleString(LOCALE, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false });

/**
 * Write a time as a day with hour and minute.
 * @param {Date} time
 * @returns {string}
 */
export const formatTime = (time) => time.toLocaleString(LOCALE, { dateStyle: "medium", timeStyle: "short" });
