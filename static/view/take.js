// A result -> files to keep, a page to print, a link to share.

import { file, json } from "../app/api.js";
import { el, save } from "../app/dom.js";

/**
 * Offer what can be taken away.
 * @param {HTMLElement} place
 * @param {import("./viewer.js").Result} result
 */
export function offer(place, result) {
  const said = el("div", { role: "status" });
  const stem = result.name.replace(/\.[^.]*$/, "");
  const button = (word, act) =>
    el("button", { type: "button", onclick: () => tellOf(said, act) }, word);
  const picture = button("Picture (PNG)", async () => save(await result.picture(), `${stem}.png`));
  const data = button("All data (JSON)", () => save(asJson(result.status), `${stem}.json`));
  const { jobId } = result;
  if (jobId === null) {
    place.replaceChildren(el("h2", {}, "Take it away"), el("div", { class: "row" }, picture, data), said);
    return;
  }
  place.replaceChildren(
    el("h2", {}, "Take it away"),
    el(
      "div",
      { class: "row" },
      picture,
      button("Table (CSV)", async () => save(await file(`/result/${jobId}.csv`), `${stem}.csv`)),
      data,
      button("Map point (GeoJSON)", () => geojson(said, result, stem)),
      el("a", { class: "button", href: `/report/${jobId}` }, "Report to print"),
      button("Link to share", () => share(said, jobId)),
      el("a", { class: "button", href: "/surveys" }, "Put in a survey"),
    ),
    said,
  );
}

const asJson = (value) => new Blob([JSON.stringify(value, null, 1)], { type: "application/json" });

/** Do what a button says; what goes wrong stands beside it. */
async function tellOf(said, act) {
  said.replaceChildren();
  try {
    await act();
  } catch (no) {
    said.replaceChildren(el("p", { class: "bad" }, no.message));
  }
}

/** The position is read on this device, and only for one who asks. */
async function geojson(said, result, stem) {
  if (!result.photo) throw new Error("This device no longer has the photo, so its position cannot be read.");
  const { whereAndWhen } = await import("../app/exif.js");
  const { latitude, longitude, takenAt } = await whereAndWhen(result.photo);
  if (latitude === null) throw new Error("The photo holds no position (GPS).");
  const feature = {
    type: "Feature",
    geometry: { type: "Point", coordinates: [longitude, latitude] },
    properties: { photo: result.name, taken_at: takenAt, ...result.status.summary },
  };
  said.replaceChildren(
    el("p", {}, `The file will tell where the photo was taken: ${latitude.toFixed(5)}, ${longitude.toFixed(5)}.`),
    el("button", { type: "button", onclick: () => save(asJson(feature), `${stem}.geojson`) }, "Save it with the position"),
  );
}

async function share(said, jobId) {
  const { url, expires_at } = await json(`/classify/${jobId}/share`, { method: "POST" });
  const link = el("input", { readonly: true, value: new URL(url, location.href).href, id: "share-link" });
  const until = new Date(expires_at * 1000).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  const row = el("div", { class: "row" });
  // Both are missing where a server in the field is reached without TLS; then the text is selected to be copied.
  if (navigator.share) row.append(el("button", { type: "button", onclick: () => navigator.share({ url: link.value }) }, "Send"));
  if (navigator.clipboard) {
    const copy = el("button", { type: "button" }, "Copy");
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(link.value);
      copy.textContent = "Copied";
    });
    row.append(copy);
  }
  said.replaceChildren(
    el("label", {}, "Whoever has this link can look, and change nothing", link),
    row,
    el("p", { class: "fine" }, `It ends with the result: ${until}.`),
  );
  link.select();
}
