// Remember which collection is being looked at.

/** @type {any} */
let shown = null;

/** @returns {any} the collection, or null for none */
export const collection = () => shown;

/** @param {any} one the collection, or null for none */
export function setCollection(one) {
  shown = one;
}
