// A link that somebody shared -> the result, to look at only.

import { file, json } from "../app/api.js";
import { $, write } from "../app/dom.js";
import { problem, show } from "./viewer.js";

const id = $("#main").dataset.share;

$("#view").hidden = false;
$(".back").hidden = true;
try {
  await show({
    name: "A shared result",
    status: await json(`/shared/${id}`),
    photo: null,
    picture: () => file(`/shared/${id}.png`),
    jobId: null,
  });
} catch (no) {
  write($("#view-title"), "Nothing to see here");
  problem(no.status === 404 ? "This link has ended, or never was: results are deleted after their time." : no.message);
}
