// The home page: add photos, upload them, follow their jobs and show the results.

import { fetchFile, fetchJson } from "../app/api-client.js";
import { $, announce } from "../app/dom.js";
import { formatMegabytes } from "../app/format.js";
import { showCards } from "./cards.js";
import { watchJobs } from "./job-progress.js";
import { addPhotos, getFile, getPhoto, loadPhotos, subscribe, updatePhoto } from "./photo-list.js";
import { startUploads } from "./uploads.js";

const MAX_MB = Number($("#main").dataset.maxMb);

/** Why a file cannot be sent; the server checks its content. @param {File} file */
function rejectionReason(file) {
  if (file.size === 0) return "This file is empty.";
  if (file.size <= MAX_MB * 1e6) return "";
  return `This photo is ${formatMegabytes(file.size)}; the server takes at most ${MAX_MB} MB. Choose a smaller copy.`;
}

/** @param {Iterable<File>} added */
async function addFiles(added) {
  const files = [...added];
  if (!files.length) return;
  announce(files.length === 1 ? `${files[0].name || "One photo"} added.` : `${files.length} photos added.`);
  await addPhotos(files, rejectionReason);
}

function showStorageRefused() {
  if (!$("#forgetful").hidden) return;
  $("#forgetful").hidden = false;
  announce($("#forgetful").textContent);
}

function bindFileInputs() {
  for (const input of [$("#choose"), $("#capture")]) {
    const addChosen = () => {
      addFiles(input.files);
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
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(-depth);
    addFiles(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => addFiles(event.clipboardData.files));
}

/** Show the list, or the photo in the URL. */
async function showRoute() {
  const photo = getPhoto(new URLSearchParams(location.hash.slice(1)).get("photo"));
  const isOpen = photo?.state === "completed";
  $("#home").hidden = isOpen;
  $("#view").hidden = !isOpen;
  const viewer = await import("../result/viewer.js");
  if (!isOpen) return viewer.closeResult();
  viewer.showLoading(photo.name);
  $("#view-title").focus();
  try {
    await viewer.showResult(await loadResult(photo));
  } catch (error) {
    viewer.showViewProblem(error.message); // whatever it is, an empty page would say less
    if (error.status === 404) updatePhoto(photo, { state: "gone", why: "The server no longer has this result." });
  }
}

async function loadResult(photo) {
  const { jobId, name } = photo;
  return {
    jobId,
    name,
    status: await fetchJson(`/status/${jobId}?include=summary,chunks`),
    photo: (await getFile(photo.id)) ?? null,
    picture: () => fetchFile(`/result/${jobId}.png`),
    onCorrected: (corrected) => updatePhoto(photo, { corrected }),
  };
}

document.addEventListener("storage-refused", showStorageRefused);
bindFileInputs();
bindDropAndPaste();
showCards();
await loadPhotos();
startUploads();
watchJobs();
window.addEventListener("hashchange", showRoute);
if (location.hash) await showRoute();
// The photo in the URL may have been finished just now.
subscribe((photo, kind) => kind === "changed" && photo.state === "completed" && $("#view").hidden && location.hash && showRoute());
document.documentElement.dataset.ready = "home";
