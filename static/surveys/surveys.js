// The surveys page: the list of surveys, or the survey in the URL.

import { fetchJson, token } from "../app/api-client.js";
import { $, $$, announce, el, setChildren, setText } from "../app/dom.js";
import { bleachedCoverText } from "../app/format.js";
import { t } from "../app/language.js";
import { leaveList, returnToList } from "../app/place.js";
import { attempt } from "../app/problem.js";
import { openPhotoDialog } from "./add-photos.js";
import { bindHeatStress } from "./heat-stress.js";
import { bindMetadata } from "./metadata.js";
import { plotImage, sitesWithSurveys } from "./over-time.js";
import { forgetSurvey, rememberedSurveys, rememberSurvey, surveyQuery } from "./remembered-surveys.js";
import { describeSurvey } from "./survey-text.js";
import { closeSurvey, currentSurvey, showSurvey } from "./survey.js";
import { openSurveyForm } from "./survey-form.js";

async function showSurveyList() {
  const surveys = rememberedSurveys().length || token.get() ? (await fetchJson(`/surveys${surveyQuery()}`)).surveys : [];
  for (const id of rememberedSurveys()) if (!surveys.some((survey) => survey.survey_id === id)) forgetSurvey(id);
  $("#no-surveys").hidden = surveys.length > 0;
  setChildren($("#surveys"), ...surveys.map(surveyItem));
  const cameras = new Set(surveys.flatMap((survey) => survey.cameras));
  $("#cameras-differ").hidden = surveys.length < 2 || cameras.size < 2;
  setText($("#cameras-differ"), t("Different cameras took these photos ({names}). Part of a difference between dates may come from them.", { names: [...cameras].sort().join(", ") }));
  await showSites(surveys);
  $("#over-time").hidden = surveys.length === 0;
  if (surveys.length) await showOverTime(sitesWithSurveys(surveys));
}

/** Show the plot of all sites, or of one of them with its heat stress. @param {string[]} sites */
async function showOverTime(sites) {
  const choice = $("#site-choice select");
  $("#site-choice").hidden = sites.length < 2;
  const chosen = sites.includes(choice.value) ? choice.value : "";
  setChildren(choice, el("option", { value: "" }, t("All sites")), ...sites.map((site) => el("option", { value: site }, site)));
  choice.value = chosen;
  const show = () => plotImage($("#over-time img"), choice.value || null);
  choice.onchange = () => attempt(show);
  await show();
}

function surveyItem(survey) {
  return el(
    "li",
    {},
    el("a", { href: `#${survey.survey_id}` }, survey.name),
    el("p", { class: "fine" }, describeSurvey(survey)),
    el("p", {}, survey.photo_count ? bleachedCoverText(survey) : t("No photos yet.")),
    survey.corrected && el("p", {}, t("{name}: {text}", { name: t("Corrected"), text: bleachedCoverText(survey.corrected) })),
  );
}

/** Show the map, which is loaded only where a survey has a position. */
async function showSites(surveys) {
  const placed = surveys.filter((survey) => survey.position);
  $("#site-map").hidden = !placed.length;
  if (placed.length) (await import("./site-map.js")).showSiteMap($("#site-map"), placed);
}

let lastHash = "";

async function showRoute() {
  const id = Number(location.hash.slice(1));
  if (id) leaveList($("#survey-list"));
  $("#survey-list").hidden = Boolean(id);
  $("#survey").hidden = !id;
  await attempt(async () => {
    if (!id) {
      closeSurvey();
      await showSurveyList();
      return returnToList($("#survey-list"), lastHash);
    }
    lastHash = location.hash;
    window.scrollTo(0, 0);
    rememberSurvey(id);
    closeSurvey();
    $("#survey-title").focus();
    await showSurvey(id);
  });
}

function bindControls() {
  for (const button of $$("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());
  $("#new-survey").disabled = false; // until here nobody would have heard a click
  $("#new-survey").addEventListener("click", async () => {
    const { survey_id } = await openSurveyForm(null);
    rememberSurvey(survey_id);
    location.hash = String(survey_id);
  });
  $("#edit-survey").addEventListener("click", async () => {
    const { survey_id } = await openSurveyForm(currentSurvey());
    announce(t("The survey was changed."));
    await attempt(() => showSurvey(survey_id));
  });
  bindMetadata();
  bindHeatStress();
  $("#add-photos").addEventListener("click", openPhotoDialog);
  window.addEventListener("hashchange", showRoute);
}

bindControls();
await showRoute();
document.documentElement.dataset.ready = "surveys";
