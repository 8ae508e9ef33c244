// Keep the place in a list while one of its entries is looked at.

let scrolledTo = 0;
/** @type {HTMLElement|null} */
let listed = null;

/**
 * Remember how far the page is scrolled; call it while the list is still shown.
 * @param {HTMLElement} list
 */
export function leaveList(list) {
  if (list.hidden) return;
  listed = list;
  scrolledTo = window.scrollY;
}

/**
 * Scroll back, and focus the link of the entry that was looked at last.
 * @param {HTMLElement} list shown again
 * @param {string} hash of the address of that entry
 */
export function returnToList(list, hash) {
  if (list !== listed) return;
  for (const link of list.querySelectorAll("a")) if (hash && link.hash === hash) link.focus({ preventScroll: true });
  window.scrollTo(0, scrolledTo);
}
