// Say how a survey differs from an earlier one of the same site.

import { fetchJson } from "../app/api-client.js";
import { $, el, setChildren } from "../app/dom.js";
import { formatDate, formatPoints } from "../app/format.js";
import { surveyQuery } from "./remembered-surveys.js";

/**
 * Show the change since the last earlier survey of the site, and let another be chosen.
 * @param {any} survey
 * @param {() => boolean} isShown whether the page still shows this survey
 */
export async function showChange(survey, isShown) {
  const { surveys } = await fetchJson(`/surveys${surveyQuery()}`);
  if (!isShown()) return;
  const earlier = surveys.filter((one) => one.photo_count > 0 && one.site && one.site === survey.site && one.date < survey.date);
  $("#change").hidden = !earlier.length || !survey.photo_count;
  if ($("#change").hidden) return;
  const choice = $("#change select");
  setChildren(choice, ...earlier.toReversed().map((one) => el("option", { value: one.survey_id }, `${formatDate(one.date)}, ${one.name}`)));
  const show = async () => {
    const change = await fetchJson(`/surveys/${survey.survey_id}/since/${choice.value}`);
    if (isShown()) setChildren($("#changes"), ...["bleached_cover", "coral_cover"].map((name) => el("p", {}, changeText(change, name))));
  };
  choice.onchange = show;
  await show();
}

const NAMES = { bleached_cover: "Bleached coral", coral_cover: "Coral cover" };

/**
 * @param {any} change as the server answers
 * @param {"bleached_cover"|"coral_cover"} name
 * @returns {string}
 */
function changeText(change, name) {
  const value = change[`${name}_change`];
  if (value === null) return `${NAMES[name]}: no figure for the change, ${change[`${name}_change_reason`]}.`;
  const [low, high] = change[`${name}_change_interval`];
  const interval = `(95 %: ${formatPoints(low)} to ${formatPoints(high)})`;
  if (low <= 0 && high >= 0) return `${NAMES[name]}: no certain change, ${formatPoints(value)} points ${interval}.`;
  return `${NAMES[name]} ${value > 0 ? "rose" : "fell"} by ${formatPoints(Math.abs(value))} points ${interval}.`;
}
