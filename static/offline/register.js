// Install the service worker, which lets the app open without a connection.

import { ROOT } from "../app/api-client.js";

/** Browsers offer this only to pages that are loaded with TLS or from localhost. */
export function registerServiceWorker() {
  if (!navigator.serviceWorker) return;
  const register = () => navigator.serviceWorker.register(`${ROOT}/sw.js`).catch(() => undefined); // refused by the user or a proxy
  if (document.readyState === "complete") register();
  else window.addEventListener("load", register);
}
