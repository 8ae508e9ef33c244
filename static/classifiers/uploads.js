// Upload images: files for one label, or a folder or ZIP file whose subfolders are labels.

import { $, announce, setText } from "../app/dom.js";
import { plural, t } from "../app/language.js";
import { attempt } from "../app/problem.js";
import { collection } from "./current.js";
import { addImage, addLabel } from "./collections-api.js";

const AT_ONCE = 4;
const SHOWN = 5; // of the reasons why files were left out
const PICTURE = /\.(jpe?g|png|webp|gif|tiff?|heic|heif|avif|bmp)$/i;
let refresh = async () => {};

/**
 * @typedef {{label: string, name: string, read: () => Promise<Blob>}} LabelledFile
 * @param {() => Promise<void>} refreshed shows the collection again
 */
export function bindUploads(refreshed) {
  refresh = refreshed;
  $("#folder").addEventListener("change", () => attempt(() => upload($("#folder"), fromFolder)));
  $("#zip").addEventListener("change", () => attempt(() => upload($("#zip"), fromZip)));
}

async function upload(input, read) {
  const files = await read([...input.files]);
  input.value = "";
  if (!files.length) throw new Error(t("There is no image in a subfolder. Put the images of each label into a folder of its name."));
  await uploadFiles(files);
}

/** @param {File[]} files @returns {Promise<LabelledFile[]>} */
async function fromFolder(files) {
  return files.flatMap((file) => labelled(file.webkitRelativePath, async () => file));
}

/** @param {File[]} files @returns {Promise<LabelledFile[]>} */
async function fromZip([file]) {
  const { unzipSync } = await import("../vendor/fflate/fflate.js");
  const content = new Uint8Array(await file.arrayBuffer());
  const names = [];
  const remember = ({ name }) => {
    names.push(name);
    return false;
  };
  try {
    unzipSync(content, { filter: remember });
  } catch {
    throw new Error(t("{name} is not a ZIP file that can be read.", { name: file.name }));
  }
  // Each is unpacked when it is sent, so that memory holds a few of them only.
  return names.flatMap((name) =>
    labelled(name, async () => new Blob([unzipSync(content, { filter: (one) => one.name === name })[name]])),
  );
}

/** The folder that a picture lies in is its label. @returns {LabelledFile[]} none for other files */
function labelled(path, read) {
  const parts = path.split("/");
  const [label, name] = parts.slice(-2);
  const isHidden = parts.some((part) => part.startsWith(".") || part === "__MACOSX");
  return parts.length < 2 || isHidden || !PICTURE.test(name) ? [] : [{ label, name: `${label}/${name}`, read }];
}

/**
 * Upload files under labels, which are created where the collection has none of their name.
 * @param {LabelledFile[]} files
 */
export async function uploadFiles(files) {
  const { id } = collection();
  const labels = await labelIds(id, new Set(files.map(({ label }) => label)));
  const waiting = [...files];
  const refused = [];
  let done = 0;
  const show = () => {
    $("#upload-progress").hidden = false;
    $("#upload-progress").value = done / files.length;
    setText($("#upload-state"), plural(files.length, "{done} of {n} image uploaded.", "{done} of {n} images uploaded.", { done }));
  };
  const work = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      try {
        await addImage(id, labels.get(file.label), await file.read(), file.name);
      } catch (error) {
        if (error.needsToken) throw error;
        refused.push(t("{name}: {text}", { name: file.name, text: error.message }));
      }
      done += 1;
      show();
    }
  };
  show();
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  $("#upload-progress").hidden = true;
  await refresh();
  const kept = plural(files.length - refused.length, "{n} image added.", "{n} images added.");
  const more = refused.length > SHOWN ? ` ${t("And {n} more.", { n: refused.length - SHOWN })}` : "";
  setText($("#upload-state"), refused.length ? `${kept} ${t("Not added: {reasons}", { reasons: refused.slice(0, SHOWN).join(" ") })}${more}` : kept);
  announce(kept);
}

async function labelIds(id, names) {
  let { labels } = collection();
  for (const name of names) {
    if (!labels.some((label) => label.name === name)) ({ labels } = await addLabel(id, name));
  }
  return new Map(labels.map((label) => [label.name, label.id]));
}
