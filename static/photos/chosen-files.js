// Find the photos in what was dropped or chosen: files, folders, ZIP files.

const PHOTO = /\.(jpe?g|jfif|png|webp|gif|tiff?|heic|heif|hif|avif|bmp|mpo)$/i;
const ZIP = /\.zip$/i;

/**
 * @typedef {object} Chosen
 * @property {string} name of the folder or ZIP file; empty for loose files
 * @property {string} source tells the same choice again
 * @property {File[]} files
 * @property {File|null} zip unpacked while its photos are added
 */

/** @param {string} name */
export const isPhotoName = (name) => PHOTO.test(name);

/** Whether a path is what systems leave beside photos, such as macOS's copies. @param {string} path */
export const isHidden = (path) => path.split("/").some((part) => part.startsWith(".") || part === "__MACOSX");

/**
 * Group files by the folder or ZIP file that they come from; other files than photos are left out of folders only, so that
 * the server can say what is wrong with one that was chosen by itself.
 * @param {{file: File, path: string}[]} found path with folders, or just the name
 * @returns {Chosen[]}
 */
export function groupFiles(found) {
  /** @type {Map<string, File[]>} */
  const folders = new Map();
  const loose = [];
  const chosen = [];
  for (const { file, path } of found) {
    const [folder, ...rest] = path.split("/").filter(Boolean);
    if (!rest.length && ZIP.test(file.name)) chosen.push(zipChoice(file));
    else if (!rest.length) loose.push(file);
    else if (isPhotoName(path) && !isHidden(path)) folders.set(folder, [...(folders.get(folder) ?? []), file]);
    else if (!folders.has(folder)) folders.set(folder, []);
  }
  for (const [name, files] of folders) chosen.push({ name, source: `folder:${name}`, files, zip: null });
  const bytes = loose.reduce((sum, file) => sum + file.size, 0);
  if (loose.length) chosen.push({ name: "", source: `files:${loose.length}:${bytes}`, files: loose, zip: null });
  return chosen;
}

const zipChoice = (zip) => ({ name: zip.name.replace(ZIP, ""), source: `zip:${zip.name}:${zip.size}`, files: [], zip });

/**
 * List the files of a chooser.
 * @param {FileList} files
 * @returns {{file: File, path: string}[]}
 */
export const filesOfInput = (files) => [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

/**
 * List the files that were dropped or pasted, also those in folders.
 * @param {DataTransfer} given valid only during its event, so nothing is awaited before its items are read
 * @returns {Promise<{file: File, path: string}[]>}
 */
export async function filesOfTransfer(given) {
  const entries = [...given.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const files = filesOfInput(given.files);
  if (!entries.some((entry) => entry?.isDirectory)) return files;
  const found = [];
  for (const entry of entries) if (entry) await walk(entry, found);
  return found;
}

async function walk(entry, found) {
  if (isHidden(entry.name)) return;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push({ file, path: entry.fullPath.replace(/^\//, "") });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // at most 100 at a time
    if (!some.length) return;
    for (const inner of some) await walk(inner, found);
  }
}
