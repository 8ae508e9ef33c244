// Draw the bleached cover of surveys over time; below it the heat stress of their site, if it is known.

import { fetchFile } from "../app/api-client.js";
import { surveyQuery } from "./remembered-surveys.js";

/** @param {any[]} surveys @returns {string[]} the names of their sites, in the order of the alphabet */
export const sitesWithSurveys = (surveys) => [...new Set(surveys.map(({ site }) => site).filter(Boolean))].sort((a, b) => a.localeCompare(b));

/**
 * Show the plot in an image.
 * @param {HTMLImageElement} image
 * @param {string|null} site null: all surveys
 */
export async function plotImage(image, site) {
  const query = new URLSearchParams(surveyQuery());
  if (site) query.set("site", site);
  URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(await fetchFile(`/surveys/plot.svg?${query}`));
}
