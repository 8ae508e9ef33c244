// Add finished photos of this device to a survey, with the date and position from their EXIF data.

import { fetchJson } from "../app/api-client.js";
import { $, $$, announce, el, setChildren } from "../app/dom.js";
import { formatCount } from "../app/format.js";
import { showProblem } from "../app/problem.js";
import { readExif } from "../photos/exif.js";
import { getFile, getPhotos } from "../photos/photo-database.js";
import { currentSurvey, showSurvey } from "./survey.js";

/** Ask which photos to add; those whose names are not in the survey yet are ticked. */
export async function openPhotoDialog() {
  const names = new Set(currentSurvey().photos.map((photo) => photo.name));
  const finished = (await getPhotos()).filter(({ state }) => state === "completed");
  const candidates = await Promise.all(finished.map((photo) => candidate(photo, !names.has(photo.name))));
  setChildren($("#candidates"), ...candidates);
  $("#no-candidates").hidden = finished.length > 0;
  $("#photo-picker .main").disabled = finished.length === 0;
  showProblem("", $("#photo-picker .bad"));
  $("#photo-picker form").onsubmit = (event) => {
    event.preventDefault();
    addPhotos();
  };
  $("#photo-picker").showModal();
}

async function candidate(photo, isNew) {
  const file = await getFile(photo.id);
  const exif = file ? await readExif(file) : { latitude: null, longitude: null, takenAt: null, utcOffset: null };
  const takenAt = el("input", { type: "datetime-local", step: 1, value: exif.takenAt ?? "", "aria-label": `${photo.name} was taken` });
  const checkbox = el("input", { type: "checkbox", checked: isNew });
  const item = el("li", {}, el("label", { class: "check" }, checkbox, photo.name), takenAt);
  const position = exif.latitude === null ? "contains no position" : `was taken at ${exif.latitude.toFixed(5)}, ${exif.longitude.toFixed(5)}`;
  item.append(el("span", { class: "fine" }, `The photo ${position}.`));
  item.candidate = { photo, exif, takenAt, checkbox };
  return item;
}

async function addPhotos() {
  const { survey_id } = currentSurvey();
  const withPosition = $("#photo-picker [name=where]").checked;
  const checked = $$("#candidates li").map((item) => item.candidate).filter(({ checkbox }) => checkbox.checked);
  const duplicates = [];
  try {
    for (const candidate of checked) {
      if (!(await addPhoto(survey_id, candidate, withPosition))) duplicates.push(candidate.photo.name);
    }
    if (duplicates.length) showProblem(`The survey has ${duplicates.join(", ")} already. Nothing was added twice.`, $("#photo-picker .bad"));
    else $("#photo-picker").close();
    announce(`${formatCount(checked.length - duplicates.length, "photo")} added.`);
  } catch (error) {
    showProblem(error.message, $("#photo-picker .bad"));
  }
  await showSurvey(survey_id);
}

/** @returns {Promise<boolean>} false if the survey has the same photo already */
async function addPhoto(surveyId, { photo, exif, takenAt }, withPosition) {
  // The clock's offset from UTC goes with its time, also when that is corrected here.
  const body = { job_id: photo.jobId, name: photo.name, taken_at: takenAt.value ? takenAt.value + (exif.utcOffset ?? "") : null };
  if (withPosition) Object.assign(body, { latitude: exif.latitude, longitude: exif.longitude });
  try {
    await fetchJson(`/surveys/${surveyId}/photos`, { method: "POST", body });
  } catch (error) {
    if (error.kind === "DuplicatePhoto") return false;
    throw error;
  }
  return true;
}
