// Show on the page why an action failed.

import { $, setText } from "./dom.js";

/**
 * Show an error message; hide its element for "".
 * @param {string} message
 * @param {HTMLElement} [element]
 */
export function showProblem(message, element = $("#problem")) {
  setText(element, message);
  element.hidden = !message;
}

/**
 * Run an action; if it fails, show why.
 * @param {() => Promise<void>|void} action
 * @param {HTMLElement} [element] where the message goes
 */
export async function attempt(action, element = $("#problem")) {
  showProblem("", element);
  try {
    await action();
  } catch (error) {
    showProblem(error.message, element);
    if (error instanceof TypeError) document.dispatchEvent(new Event("import-failed")); // perhaps of an older release
  }
}
