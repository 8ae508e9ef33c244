// Show the offline notice and the token dialog, which every page of the app has.

import { token } from "./api-client.js";
import { $, announce } from "./dom.js";

function showConnection() {
  $("#offline").hidden = navigator.onLine;
  if (!navigator.onLine) announce($("#offline").textContent);
}

window.addEventListener("online", showConnection);
window.addEventListener("offline", showConnection);
showConnection();

document.addEventListener("token-required", (event) => {
  const dialog = $("#token");
  $("#token-why").textContent = event.detail.detail;
  if (!dialog.open) dialog.showModal();
});
$("#token form").addEventListener("submit", (event) => {
  event.preventDefault();
  token.set($("#token input").value.trim());
  location.reload();
});
