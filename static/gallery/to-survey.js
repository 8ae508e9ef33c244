// Add selected photos to a survey, an existing one or a new one.

import { fetchJson, token } from "../app/api-client.js";
import { $, announce, el, setChildren } from "../app/dom.js";
import { formatDate } from "../app/format.js";
import { plural, t } from "../app/language.js";
import { attempt, showProblem } from "../app/problem.js";
import { getFile } from "../photos/photo-list.js";
import { rememberSurvey, rememberedSurveys, surveyQuery } from "../surveys/remembered-surveys.js";

/**
 * Ask for a survey.
 * @param {import("../photos/photo-list.js").Photo[]} photos with a result
 * @param {string} name of the batch, proposed for a new survey
 */
export async function openSurveyDialog(photos, name) {
  const dialog = $("#to-survey");
  const problem = $(".bad", dialog);
  const surveys = rememberedSurveys().length || token.get() ? (await fetchJson(`/surveys${surveyQuery()}`)).surveys : [];
  const chooser = $("select", dialog);
  setChildren(chooser, el("option", { value: "" }, t("A new survey")), ...surveys.map((survey) => el("option", { value: survey.survey_id }, `${survey.name}, ${formatDate(survey.date)}`)));
  const fields = $("#new-survey-fields");
  const [nameField, dateField] = [$("[name=name]", dialog), $("[name=date]", dialog)];
  nameField.value = name;
  dateField.value ||= new Date().toISOString().slice(0, 10);
  chooser.onchange = () => (fields.hidden = chooser.value !== "");
  chooser.onchange();
  showProblem("", problem);
  $("form", dialog).onsubmit = (event) => {
    event.preventDefault();
    attempt(async () => {
      const id = chooser.value || (await createSurvey(nameField.value, dateField.value));
      await addAll(id, photos, $("[name=where]", dialog).checked, problem);
      if (problem.hidden) dialog.close();
    }, problem);
  };
  dialog.showModal();
}

async function createSurvey(name, date) {
  const { survey_id: id } = await fetchJson("/surveys", { method: "POST", body: { name, date } });
  rememberSurvey(id);
  return id;
}

async function addAll(surveyId, photos, withPosition, problem) {
  const { readExif } = await import("../photos/exif.js"); // large, so loaded only now
  const repeated = [];
  for (const [index, photo] of photos.entries()) {
    announce(t("Adding photo {n} of {total}.", { n: index + 1, total: photos.length }));
    const file = await getFile(photo.id);
    const exif = file ? await readExif(file) : null;
    const body = { job_id: photo.jobId, name: photo.name, taken_at: exif?.takenAt ? exif.takenAt + (exif.utcOffset ?? "") : null };
    if (withPosition && exif) Object.assign(body, { latitude: exif.latitude, longitude: exif.longitude });
    try {
      await fetchJson(`/surveys/${surveyId}/photos`, { method: "POST", body });
    } catch (error) {
      if (error.kind !== "DuplicatePhoto") throw error;
      repeated.push(photo.name);
    }
  }
  announce(plural(photos.length - repeated.length, "{n} photo added.", "{n} photos added."));
  if (repeated.length) showProblem(t("The survey has {names} already. Nothing was added twice.", { names: repeated.join(", ") }), problem);
}
