// Add finished photos of this device to a survey, with the date and position from their EXIF data.

import { fetchJson } from "../app/api-client.js";
import { $, announce, setChildren, setText } from "../app/dom.js";
import { plural, t } from "../app/language.js";
import { showProblem } from "../app/problem.js";
import { getPhotos } from "../photos/photo-database.js";
import { showCandidates, tickedCandidates, tickedText } from "./candidates.js";
import { clearDoubts, isConfirmed, photoDoubts } from "./plausibility.js";
import { currentSurvey, showSurvey } from "./survey.js";

/** Ask which photos to add; those that were added to the app last are ticked. */
export async function openPhotoDialog() {
  const dialog = $("#photo-picker");
  const list = $("#candidates");
  const submit = $(".main", dialog);
  const message = $(".bad", dialog);
  submit.disabled = true;
  clearDoubts(dialog);
  showProblem("", message);
  setChildren(list, t("Reading the photos…"));
  setText($("#selected-count"), "");
  dialog.showModal();
  const finished = (await getPhotos()).filter(({ state }) => state === "completed");
  $("#no-candidates").hidden = finished.length > 0;
  if (!finished.length) return setChildren(list);
  try {
    await showCandidates(list, finished, new Set(currentSurvey().photos.map((photo) => photo.sha256)));
  } catch (error) {
    return showProblem(error.message, message);
  }
  const showCount = () => {
    setText($("#selected-count"), tickedText(list));
    submit.disabled = tickedCandidates(list).length === 0;
  };
  list.onchange = showCount;
  showCount();
  $("form", dialog).onsubmit = (event) => {
    event.preventDefault();
    addPhotos(dialog, tickedCandidates(list));
  };
}

async function addPhotos(dialog, chosen) {
  const { survey_id, date } = currentSurvey();
  const dates = chosen.map(({ photo, takenAt }) => ({ name: photo.name, takenAt: takenAt.value }));
  if (!isConfirmed(dialog, photoDoubts(dates, date))) return;
  const withPosition = $("[name=where]", dialog).checked;
  const duplicates = [];
  try {
    for (const candidate of chosen) {
      if (!(await addPhoto(survey_id, candidate, withPosition))) duplicates.push(candidate.photo.name);
    }
    if (duplicates.length) showProblem(t("The survey has {names} already. Nothing was added twice.", { names: duplicates.join(", ") }), $(".bad", dialog));
    else dialog.close();
    announce(plural(chosen.length - duplicates.length, "{n} photo added.", "{n} photos added."));
  } catch (error) {
    showProblem(error.message, $(".bad", dialog));
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
