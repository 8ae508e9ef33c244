// Remember the surveys of this device. On a server without accounts, a survey's id is the key to it.

const KEY = "coralchunk.surveys";

/** @returns {number[]} */
export const rememberedSurveys = () => JSON.parse(localStorage.getItem(KEY) ?? "[]");

/** @param {number} id */
export const rememberSurvey = (id) => store([...new Set([...rememberedSurveys(), id])]);

/** @param {number} id */
export const forgetSurvey = (id) => store(rememberedSurveys().filter((other) => other !== id));

function store(ids) {
  localStorage.setItem(KEY, JSON.stringify(ids));
}

/**
 * Return the query string with their ids.
 * @returns {string} like "?id=1&id=2", "" for none
 */
export function surveyQuery() {
  const ids = rememberedSurveys();
  return ids.length ? `?${ids.map((id) => `id=${id}`).join("&")}` : "";
}
