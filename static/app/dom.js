// Words for building the page. Nothing here parses markup: what users and servers write stays text.

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
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/**
 * Fill an element anew.
 * @param {HTMLElement} place
 * @param {...(Node|string|null)} children null is left out
 */
export const fill = (place, ...children) => place.replaceChildren(...children.filter((child) => child !== null));

/**
 * Write text only where it differs, so that screen readers hear changes alone.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Say something to those who do not see the page change.
 * @param {string} text
 */
export function announce(text) {
  write($("#said"), text);
}

/**
 * Hand a file to the user.
 * @param {Blob} blob
 * @param {string} name
 */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
