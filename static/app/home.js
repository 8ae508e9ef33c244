// The first page: photos come in, are sent, followed and shown.

import { file, json } from "./api.js";
import { start as showCards } from "./cards.js";
import { $, announce } from "./dom.js";
import { start as follow } from "./follow.js";
import { add, change, fileOf, isForgetful, listen, photo, recall } from "./photos.js";
import { start as send } from "./send.js";
import { megabytes } from "./words.js";

const MAX_MB = Number($("#main").dataset.maxMb);

/** Why a file cannot be sent; what its bytes are is for the server to judge. @param {File} file */
function objection(file) {
  if (file.size === 0) return "This file is empty.";
  if (file.size <= MAX_MB * 1e6) return "";
  return `This photo has ${megabytes(file.size)}; the server takes at most ${MAX_MB} MB. Choose a smaller copy.`;
}

/** @param {Iterable<File>} files */
async function take(files) {
  const taken = [...files];
  if (!taken.length) return;
  announce(taken.length === 1 ? `${taken[0].name || "One photo"} added.` : `${taken.length} photos added.`);
  await add(taken, objection);
  $("#forgetful").hidden = !isForgetful();
}

function takeFromInputs() {
  for (const input of [$("#choose"), $("#capture")]) {
    const taken = () => {
      take(input.files);
      input.value = ""; // so that the same photo can be chosen again
    };
    input.addEventListener("change", taken);
    if (input.files.length) taken(); // chosen before this script had come
  }
}

function takeFromDrops() {
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
    take(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => take(event.clipboardData.files));
}

/** Show the list, or the photo that the address names. */
async function route() {
  const one = photo(new URLSearchParams(location.hash.slice(1)).get("photo"));
  const isOpen = one?.state === "completed";
  $("#home").hidden = isOpen;
  $("#view").hidden = !isOpen;
  const viewer = await import("../view/viewer.js");
  if (!isOpen) return viewer.close();
  viewer.prepare(one.name);
  $("#view-title").focus();
  try {
    await viewer.show(await resultOf(one));
  } catch (no) {
    viewer.problem(no.message); // whatever it is, an empty page would say less
    if (no.status === 404) change(one, { state: "gone", why: "The server no longer has this result." });
  }
}

async function resultOf(one) {
  const { jobId, name } = one;
  return {
    jobId,
    name,
    status: await json(`/status/${jobId}?include=summary,chunks`),
    photo: (await fileOf(one.id)) ?? null,
    picture: () => file(`/result/${jobId}.png`),
  };
}

takeFromInputs();
takeFromDrops();
showCards();
await recall();
send();
follow();
window.addEventListener("hashchange", route);
if (location.hash) await route();
// A photo that the address names may be finished only now.
listen((one, kind) => kind === "changed" && one.state === "completed" && $("#view").hidden && location.hash && route());
document.documentElement.dataset.ready = "home";
