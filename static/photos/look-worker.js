// Look at photos beside the page, one after the other, so that it stays responsive.

import { lookAt } from "./look.js";

self.addEventListener("message", async ({ data: { id, file } }) => {
  try {
    const look = await lookAt(file);
    self.postMessage({ id, look }, look.thumb ? [look.thumb] : []);
  } catch (error) {
    self.postMessage({ id, failed: String(error) });
  }
});
