// Bind the offline notice and the token dialog, which every page of the app has.

import { registerServiceWorker } from "../offline/register.js";
import { $, announce } from "./dom.js";
import { bindLanguageChoice } from "./language-choice.js";
import { bindTokenDialog } from "./token-dialog.js";

function showConnection() {
  $("#offline").hidden = navigator.onLine;
  if (!navigator.onLine) announce($("#offline").textContent);
}

window.addEventListener("online", showConnection);
window.addEventListener("offline", showConnection);
showConnection();

bindLanguageChoice();
bindTokenDialog();
registerServiceWorker();
