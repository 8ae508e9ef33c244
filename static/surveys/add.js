// Finished photos of this device -> photos of a survey, with date and position as the photos tell them.

import { json } from "../app/api.js";
import { $, $$, announce, el, fill, write } from "../app/dom.js";
import { whereAndWhen } from "../app/exif.js";
import { all, fileOf } from "../app/store.js";
import { count } from "../app/words.js";
import { current, open } from "./one.js";

/** Ask which photos to add; those whose names are not in the survey yet are ticked. */
export async function askForPhotos() {
  const names = new Set(current().photos.map((photo) => photo.name));
  const finished = (await all()).filter((one) => one.state === "completed");
  const candidates = await Promise.all(finished.map((one) => candidate(one, !names.has(one.name))));
  fill($("#candidates"), ...candidates);
  $("#nothing").hidden = finished.length > 0;
  $("#choose .main").disabled = finished.length === 0;
  write($("#choose .bad"), "");
  $("#choose form").onsubmit = (event) => {
    event.preventDefault();
    add();
  };
  $("#choose").showModal();
}

async function candidate(one, isNew) {
  const photo = await fileOf(one.id);
  const told = photo ? await whereAndWhen(photo) : { latitude: null, longitude: null, takenAt: null };
  const when = el("input", { type: "datetime-local", step: 1, value: told.takenAt ?? "", "aria-label": `${one.name} was taken` });
  const tick = el("input", { type: "checkbox", checked: isNew });
  const entry = el("li", {}, el("label", { class: "check" }, tick, one.name), when);
  const position = told.latitude === null ? "tells no position" : `was taken at ${told.latitude.toFixed(5)}, ${told.longitude.toFixed(5)}`;
  entry.append(el("span", { class: "fine" }, `The photo ${position}.`));
  entry.photo = { one, told, when, tick };
  return entry;
}

async function add() {
  const { survey_id } = current();
  const keepsPlace = $("#choose [name=where]").checked;
  const ticked = $$("#candidates li").map((entry) => entry.photo).filter(({ tick }) => tick.checked);
  try {
    for (const { one, told, when } of ticked) {
      const body = { job_id: one.jobId, name: one.name, taken_at: when.value || null };
      if (keepsPlace) Object.assign(body, { latitude: told.latitude, longitude: told.longitude });
      await json(`/surveys/${survey_id}/photos`, { method: "POST", body });
    }
    $("#choose").close();
    announce(`${count(ticked.length, "photo")} added.`);
  } catch (no) {
    write($("#choose .bad"), no.message);
  }
  await open(survey_id);
}
