// The dialog that creates a survey, or changes one.

import { fetchJson } from "../app/api-client.js";
import { $, setText } from "../app/dom.js";
import { t } from "../app/language.js";
import { showProblem } from "../app/problem.js";
import { clearDoubts, isConfirmed, surveyDoubts } from "./plausibility.js";

const NULLABLE = ["transect", "creator", "contact", "licence"];

/**
 * Ask for the fields of a survey, and store them.
 * @param {any|null} survey the one to change, or null for a new one
 * @returns {Promise<any>} the stored survey; never answered if the dialog is cancelled
 */
export function openSurveyForm(survey) {
  const dialog = $("#survey-form");
  const form = $("form", dialog);
  form.reset();
  for (const { name } of form.elements) if (name && survey) setField(form.elements[name], survey[name]);
  if (!survey) form.elements.date.value = today();
  $("details", form).open = NULLABLE.slice(1).some((name) => survey?.[name]);
  setText($("h2", form), survey ? t("Edit survey") : t("New survey"));
  setText($(".main", form), survey ? t("Save changes") : t("Create survey"));
  showProblem("", $(".bad", form));
  clearDoubts(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    form.onsubmit = async (event) => {
      event.preventDefault();
      const body = fieldsOf(form);
      if (!isConfirmed(dialog, surveyDoubts(body))) return;
      try {
        const stored = await fetchJson(survey ? `/surveys/${survey.survey_id}` : "/surveys", { method: survey ? "PATCH" : "POST", body });
        dialog.close();
        resolve(stored);
      } catch (error) {
        showProblem(error.message, $(".bad", form));
      }
    };
  });
}

function setField(field, value) {
  if (field.type === "checkbox") field.checked = value;
  else field.value = value ?? "";
}

function fieldsOf(form) {
  const fields = Object.fromEntries(new FormData(form));
  for (const name of NULLABLE) fields[name] = fields[name].trim() || null;
  return { ...fields, keeps_photos: form.elements.keeps_photos.checked, depth_m: fields.depth_m === "" ? null : Number(fields.depth_m) };
}

function today() {
  const now = new Date();
  return new Date(now - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}
