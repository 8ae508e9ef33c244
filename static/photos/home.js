// The home page: add photos, upload them, follow their jobs and show the results.

import { fetchFile, fetchJson } from "../app/api-client.js";
import { $, announce } from "../app/dom.js";
import { t } from "../app/language.js";
import { leaveList, returnToList } from "../app/place.js";
import { addFiles } from "./adding.js";
import { loadBatches } from "./batch-list.js";
import { showBatches } from "./batch-panels.js";
import { showCards } from "./cards.js";
import { filesOfInput, filesOfTransfer } from "./chosen-files.js";
import { watchJobs } from "./job-progress.js";
import { getFile, getPhoto, listPhotos, loadPhotos, subscribe, updatePhoto } from "./photo-list.js";
import { startUploads } from "./uploads.js";

function showStorageRefused() {
  if (!$("#forgetful").hidden) return;
  $("#forgetful").hidden = false;
  announce($("#forgetful").textContent);
}

function bindFileInputs() {
  for (const input of [$("#choose"), $("#capture"), $("#choose-folder"), $("#choose-zip")]) {
    const addChosen = () => {
      addFiles(filesOfInput(input.files));
      input.value = ""; // so that the same photo can be chosen again
    };
    input.addEventListener("change", addChosen);
    if (input.files.length) addChosen(); // chosen before this script was loaded
  }
}

function bindDropAndPaste() {
  const zone = $("#drop");
  let depth = 0; // enter and leave also fire for what lies inside
  const mark = (by) => {
    depth = Math.max(0, depth + by);
    zone.classList.toggle("over", depth > 0);
  };
  document.addEventListener("dragenter", (event) => (event.preventDefault(), mark(1)));
  document.addEventListener("dragleave", () => mark(-1));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    mark(-depth);
    addFiles(await filesOfTransfer(event.dataTransfer));
  });
  document.addEventListener("paste", (event) => addFiles(filesOfInput(event.clipboardData.files)));
}

let lastHash = "";

/** Show the list, or the photo in the URL. */
async function showRoute() {
  const photo = getPhoto(new URLSearchParams(location.hash.slice(1)).get("photo"));
  const isOpen = photo?.state === "completed";
  if (isOpen) leaveList($("#home"));
  $("#home").hidden = isOpen;
  $("#view").hidden = !isOpen;
  if (!isOpen) returnToList($("#home"), lastHash);
  const viewer = await import("../result/viewer.js");
  if (!isOpen) return viewer.closeResult();
  lastHash = location.hash;
  showNeighbours(photo);
  viewer.showLoading(photo.name);
  window.scrollTo(0, 0);
  $("#view-title").focus();
  try {
    await viewer.showResult(await loadResult(photo));
  } catch (error) {
    viewer.showViewProblem(error.message); // whatever it is, an empty page would say less
    if (error.status === 404) updatePhoto(photo, { state: "gone", why: t("The server no longer has this result.") });
  }
}

/** Link the photos above and below in the list; "back" still leads to the list. */
function showNeighbours(photo) {
  const shown = listPhotos().filter(({ state }) => state === "completed");
  const at = shown.indexOf(photo);
  for (const [selector, neighbour] of [["#previous-photo", shown[at - 1]], ["#next-photo", shown[at + 1]]]) {
    const link = $(selector);
    link.hidden = !neighbour;
    if (!neighbour) continue;
    link.href = `#photo=${neighbour.id}`;
    link.title = neighbour.name;
    link.onclick = (event) => {
      event.preventDefault();
      location.replace(link.hash);
    };
  }
}

async function loadResult(photo) {
  const { jobId, name } = photo;
  return {
    jobId,
    corrections: `/classify/${jobId}/corrections`,
    name,
    status: await fetchJson(`/status/${jobId}?include=summary,chunks`),
    photo: (await getFile(photo.id)) ?? null,
    preview: () => fetchFile(`/result/${jobId}.jpg`),
    picture: () => fetchFile(`/result/${jobId}.png`),
    onCorrected: (corrected) => updatePhoto(photo, { corrected }),
  };
}

document.addEventListener("storage-refused", showStorageRefused);
bindFileInputs();
bindDropAndPaste();
showCards();
await loadBatches();
await loadPhotos();
showBatches();
startUploads();
watchJobs();
window.addEventListener("hashchange", showRoute);
if (location.hash) await showRoute();
// The photo in the URL may have been finished just now.
subscribe((photo, kind) => kind === "changed" && photo.state === "completed" && $("#view").hidden && location.hash && showRoute());
document.documentElement.dataset.ready = "home";
