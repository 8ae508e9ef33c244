// Build and change the page. Nothing here parses markup: text from users and servers stays text.

/**
 * Find one element.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement}
 */
export const $ = (selector, root = document) => root.querySelector(selector);

/**
 * Find all elements.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement[]}
 */
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/**
 * Make an element.
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `on...` is a listener; false and null leave an attribute out
 * @param {...(Node|string|null)} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * Replace the children of an element.
 * @param {HTMLElement} parent
 * @param {...(Node|string|null)} children null is left out
 */
export const setChildren = (parent, ...children) => parent.replaceChildren(...children.filter((child) => child !== null));

/**
 * Set text only where it differs, so that screen readers announce changes only.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Announce a change to screen readers.
 * @param {string} text
 */
export function announce(text) {
  setText($("#announcement"), text);
}

/**
 * Download a file.
 * @param {Blob} blob
 * @param {string} name
 */
export function downloadFile(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
