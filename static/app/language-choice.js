// Let the user choose the language of the app.

import { ROOT } from "./api-client.js";
import { $ } from "./dom.js";

const YEAR_S = 365 * 86_400;

/** Remember the choice in a cookie, from which the server reads it, and load the page again. */
export function bindLanguageChoice() {
  const choice = $("#choose-language select");
  choice.addEventListener("change", () => {
    document.cookie = `language=${choice.value}; path=${ROOT}/; max-age=${YEAR_S}; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
    const address = new URL(location.href);
    address.searchParams.delete("lang"); // it would go before the cookie
    if (address.href === location.href) location.reload();
    else location.replace(address);
  });
}
