// Say how a survey differs from an earlier one of the same site.

import { fetchJson } from "../app/api-client.js";
import { $, el, setChildren } from "../app/dom.js";
import { formatDate, formatPoints } from "../app/format.js";
import { t } from "../app/language.js";
import { reasonText } from "../app/server-text.js";
import { showBeforeAfter } from "./before-after.js";
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
    const earlierId = choice.value;
    const change = await fetchJson(`/surveys/${survey.survey_id}/since/${earlierId}`);
    if (isShown()) setChildren($("#changes"), ...["bleached_cover", "coral_cover"].map((name) => el("p", {}, changeText(change, name))));
    await showBeforeAfter($("#before-after"), Number(earlierId), survey, () => isShown() && choice.value === earlierId);
  };
  choice.onchange = show;
  await show();
}

const NAMES = { bleached_cover: t("Bleached coral"), coral_cover: t("Coral cover") };

/**
 * @param {any} change as the server answers
 * @param {"bleached_cover"|"coral_cover"} name
 * @returns {string}
 */
function changeText(change, name) {
  const value = change[`${name}_change`];
  if (value === null) return t("{cover}: no figure for the change, {reason}.", { cover: NAMES[name], reason: reasonText(change[`${name}_change_reason`]) });
  const [low, high] = change[`${name}_change_interval`];
  const facts = { cover: NAMES[name], points: formatPoints(Math.abs(value)), low: formatPoints(low), high: formatPoints(high) };
  if (low <= 0 && high >= 0) return t("{cover}: no certain change, {points} points (95 %: {low} to {high}).", { ...facts, points: formatPoints(value) });
  return value > 0
    ? t("{cover} rose by {points} points (95 %: {low} to {high}).", facts)
    : t("{cover} fell by {points} points (95 %: {low} to {high}).", facts);
}
