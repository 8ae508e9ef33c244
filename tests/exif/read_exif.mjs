// Print what the app's module reads from each file named: one JSON array.

import { readFile } from "node:fs/promises";

globalThis.self = globalThis;
const [module, ...files] = process.argv.slice(2);
const { readExif } = await import(module);
const read = [];
for (const file of files) read.push(await readExif(new Blob([await readFile(file)])));
console.log(JSON.stringify(read));
