// Something to do -> done, or a sentence on top of the page that says why not.

import { $, write } from "../app/dom.js";

/** @param {() => Promise<void>} act */
export async function attempt(act) {
  try {
    write($("#problem"), "");
    await act();
  } catch (no) {
    write($("#problem"), no.message);
  }
  $("#problem").hidden = !$("#problem").textContent;
}
