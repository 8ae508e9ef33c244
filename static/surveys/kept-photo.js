// Show the map of a photo that a survey keeps, read-only.

import { fetchFile, fetchJson } from "../app/api-client.js";
import { $, setText } from "../app/dom.js";
import { t } from "../app/language.js";
import { showResult, showViewProblem } from "../result/viewer.js";

const { survey, photo: id } = $("#main").dataset;
const path = `/surveys/${survey}/photos/${id}`;

$("#view").hidden = false;
setText($(".up"), t("The survey"));
$(".up").href = `../../../surveys#${survey}`;
try {
  const photo = await fetchJson(path);
  const { image_width, image_height, summary, chunks } = photo;
  await showResult({
    name: photo.name || t("Photo {id}", { id: photo.photo_id }),
    status: { image_width, image_height, summary, chunks },
    photo: null,
    preview: () => fetchFile(`${path}/preview.jpg`),
    picture: () => fetchFile(`${path}/picture.png`),
    jobId: null,
    corrections: null,
  });
} catch (error) {
  if ($(".columns").hidden) setText($("#view-title"), t("No photo"));
  showViewProblem(error.message);
}
