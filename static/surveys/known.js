// Which surveys this device works on. On a server without accounts a survey's id is the key to it.

const KEY = "coralchunk.surveys";

/** @returns {number[]} */
export const known = () => JSON.parse(localStorage.getItem(KEY) ?? "[]");

/** @param {number} id */
export const remember = (id) => keep([...new Set([...known(), id])]);

/** @param {number} id */
export const forget = (id) => keep(known().filter((one) => one !== id));

function keep(ids) {
  localStorage.setItem(KEY, JSON.stringify(ids));
}

/**
 * Write the query that names them.
 * @returns {string} like "?id=1&id=2", "" for none
 */
export function asked() {
  const ids = known();
  return ids.length ? `?${ids.map((id) => `id=${id}`).join("&")}` : "";
}
