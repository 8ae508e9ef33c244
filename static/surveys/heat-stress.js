// Show the heat stress of a survey's site, and send, save and remove it.

import { fetchApi, fetchFile, fetchJson } from "../app/api-client.js";
import { $, announce, downloadFile, setText } from "../app/dom.js";
import { formatDate } from "../app/format.js";
import { LOCALE, t } from "../app/language.js";
import { attempt } from "../app/problem.js";
import { plotImage } from "./over-time.js";
import { currentSurvey, showSurvey } from "./survey.js";

const pathOf = (survey) => `/surveys/${survey.survey_id}/heat-stress`;

/**
 * Show what is known of the heat stress, and the plot of the site over time.
 * @param {any} survey
 * @param {() => boolean} isShown whether the page still shows this survey
 */
export async function showHeatStress(survey, isShown) {
  const { site, heat_stress: series } = await fetchJson(pathOf(survey));
  if (!isShown()) return;
  setText($("#heat-stress-says"), series ? seriesText(site, series, survey) : noneText(site));
  setText($("#add-heat-stress"), series ? t("Replace heat stress (NOAA file)") : t("Add heat stress (NOAA file)"));
  $("#add-heat-stress").disabled = !site;
  $("#save-heat-stress").hidden = $("#remove-heat-stress").hidden = !series;
  const figure = $("#heat-stress figure");
  figure.hidden = !series;
  if (series) await plotImage($("img", figure), site);
}

const noneText = (site) =>
  site ? t("No heat stress is stored for {site}.", { site }) : t("This survey has no site. Edit it and name its site to store heat stress.");

function seriesText(site, series, survey) {
  const dhw = (value) => value.toLocaleString(LOCALE, { maximumFractionDigits: 1 });
  const facts = { site, name: series.name, first: formatDate(series.first_day), last: formatDate(series.last_day) };
  const sentences = [t("{site}: {name}, {first} to {last}.", facts)];
  const day = formatDate(survey.date);
  if (series.on_survey_date !== null) sentences.push(t("On {day}: {dhw} °C-weeks.", { day, dhw: dhw(series.on_survey_date) }));
  else sentences.push(t("No value for {day}.", { day }));
  sentences.push(t("Highest on {day}: {dhw} °C-weeks.", { day: formatDate(series.highest_on), dhw: dhw(series.highest) }));
  return sentences.join(" ");
}

/** Let the user choose a file, save what is stored, and remove it. */
export function bindHeatStress() {
  const input = $("#heat-stress-file");
  $("#add-heat-stress").addEventListener("click", () => input.click());
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (file) await attempt(() => send(file));
    input.value = ""; // so that the same file can be chosen again when it is corrected
  });
  $("#save-heat-stress").addEventListener("click", () => attempt(save));
  $("#remove-heat-stress").addEventListener("click", () => attempt(remove));
}

/** @param {File} file */
async function send(file) {
  const survey = currentSurvey();
  const body = { file: await file.text(), name: file.name.slice(0, 200) };
  await fetchApi(pathOf(survey), { method: "PUT", body });
  announce(t("The heat stress was stored."));
  await showSurvey(survey.survey_id);
}

async function save() {
  const survey = currentSurvey();
  const name = `${survey.site} heat-stress.csv`;
  downloadFile(await fetchFile(`${pathOf(survey)}.csv`), name);
  announce(t("{name} saved.", { name }));
}

async function remove() {
  const survey = currentSurvey();
  if (!confirm(t("Remove the heat stress of {site}? It disappears from all surveys of this site.", { site: survey.site }))) return;
  await fetchApi(pathOf(survey), { method: "DELETE" });
  announce(t("The heat stress was removed."));
  await showSurvey(survey.survey_id);
}
