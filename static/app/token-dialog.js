// Ask for the token of this device where the server requires one, say why, and forget it on request.

import { NetworkError, fetchApi, token } from "./api-client.js";
import { $, setText } from "./dom.js";
import { t } from "./language.js";
import { attempt, showProblem } from "./problem.js";

const SHOWN_END = 4; // letters by which a user knows a token again
let wasDismissed = false; // then the page does not open the dialog by itself again

/** Let the header open the dialog, and open it when a request needs a token. */
export function bindTokenDialog() {
  const button = $("#open-token");
  button.hidden = !(token.get() || button.dataset.required !== undefined);
  button.addEventListener("click", () => openDialog(""));
  document.addEventListener("token-required", (event) => {
    button.hidden = false;
    if (!wasDismissed && !$("#token").open) openDialog(reason(event.detail));
  });
  $("#token").addEventListener("close", () => (wasDismissed = true));
  $("#token [data-dismiss]").addEventListener("click", () => $("#token").close());
  $("#log-out").addEventListener("click", () => useToken(null));
  $("#token form").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(checkToken, $("#token-problem"));
  });
}

/** @param {import("./api-client.js").ApiError} error */
const reason = (error) => (error.kind === "NoToken" ? t("This server requires a token.") : error.message);

function openDialog(why) {
  const saved = token.get();
  setText($("#token-why"), why);
  setText($("#token-title"), saved ? t("Token") : t("Token required"));
  $("#token-stored").hidden = !saved;
  setText($("#token-end"), saved?.slice(-SHOWN_END) ?? "");
  showProblem("", $("#token-problem"));
  $("#token").showModal();
}

/** Store the token only if the server knows it. */
async function checkToken() {
  const value = $("#token input").value.trim();
  try {
    await fetchApi("/jobs?limit=1", { headers: { Authorization: `Token ${value}` } });
  } catch (error) {
    // A token for uploads alone may not list jobs; without a connection nothing can be checked.
    if (error.status !== 403 && !(error instanceof NetworkError)) throw error;
  }
  useToken(value);
}

async function useToken(value) {
  if (value === null) token.remove();
  else token.set(value);
  if (navigator.serviceWorker) await (await import("../offline/background-sync.js")).storeToken();
  location.reload();
}
