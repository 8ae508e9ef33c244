// Show a shared result, read-only.

import { fetchFile, fetchJson } from "../app/api-client.js";
import { $, setText } from "../app/dom.js";
import { t } from "../app/language.js";
import { showResult, showViewProblem } from "./viewer.js";

const id = $("#main").dataset.share;

$("#view").hidden = false;
$(".back").hidden = true;
try {
  await showResult({
    name: t("Shared result"),
    status: await fetchJson(`/shared/${id}`),
    photo: null,
    preview: () => fetchFile(`/shared/${id}.jpg`),
    picture: () => fetchFile(`/shared/${id}.png`),
    jobId: null,
    corrections: `/shared/${id}/corrections`,
  });
} catch (error) {
  setText($("#view-title"), t("No result"));
  showViewProblem(error.status === 404 ? t("This link has expired or never existed. Results are deleted after a while.") : error.message);
}
