// Let the user choose the language of the app.

import { $ } from "./dom.js";
import { LANGUAGE } from "./language.js";

/** Load the page again in the language that is chosen; the server remembers it in a cookie. */
export function bindLanguageChoice() {
  const address = new URL(location.href);
  if (address.searchParams.get("lang") === LANGUAGE) {
    address.searchParams.delete("lang"); // a link that is copied from the address bar opens in the reader's own language
    history.replaceState(history.state, "", address);
  }
  const choice = $("#choose-language select");
  choice.addEventListener("change", () => {
    const next = new URL(location.href);
    next.searchParams.set("lang", choice.value); // a cookie that a script sets may miss the request that follows
    location.replace(next);
  });
}
