// What every page of the app has: the notice of a lost connection, and the question for a token.

import { token } from "./api.js";
import { $, announce } from "./dom.js";

function tellConnection() {
  $("#offline").hidden = navigator.onLine;
  if (!navigator.onLine) announce($("#offline").textContent);
}

window.addEventListener("online", tellConnection);
window.addEventListener("offline", tellConnection);
tellConnection();

document.addEventListener("token-wanted", (event) => {
  const dialog = $("#token");
  $("#token-why").textContent = event.detail.detail;
  if (!dialog.open) dialog.showModal();
});
$("#token form").addEventListener("submit", (event) => {
  event.preventDefault();
  token.set($("#token input").value.trim());
  location.reload();
});
