// Show a shared survey, read-only.

import { fetchJson } from "../app/api-client.js";
import { $, el, setChildren, setText } from "../app/dom.js";
import { t } from "../app/language.js";
import { showProblem } from "../app/problem.js";
import { figuresSideBySide } from "../result/summary.js";
import { correctedFigures, describeSurvey, photoCells } from "./survey-text.js";

try {
  const survey = await fetchJson(`/shared-surveys/${$("#main").dataset.share}`);
  setText($("#survey-title"), survey.name);
  document.title = `${survey.name}: coralchunk`;
  setText($("#about"), describeSurvey(survey));
  $("#figures").hidden = survey.photo_count === 0;
  const figures = figuresSideBySide(survey, correctedFigures(survey));
  setChildren($("#figures"), ...figures);
  const row = (photo) => {
    const cells = photoCells(photo);
    return el("tr", {}, el("td", {}, photo.name || "–"), ...cells);
  };
  setChildren($("#rows"), ...survey.photos.map(row));
  $("#survey").hidden = false;
} catch (error) {
  showProblem(error.status === 404 ? t("This link shows no survey: it never existed, or was taken back.") : error.message, $("#problem"));
}
document.documentElement.dataset.ready = "shared-survey";
