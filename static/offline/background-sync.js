// Have the service worker send waiting photos when the connection is back, in browsers that offer that.

import { token } from "../app/api-client.js";
import { putSetting } from "../photos/photo-database.js";

/** Let the service worker know the token of this device, or that there is none any more. @returns {Promise<void>} */
export const storeToken = () => putSetting("token", token.get());

/** Ask for it; the photos are then sent also if this page is closed. */
export async function requestBackgroundSync() {
  const registration = await navigator.serviceWorker?.getRegistration();
  if (!registration?.sync) return;
  await storeToken();
  await registration.sync.register("uploads").catch(() => undefined); // the user has forbidden it
}

/** Do something when the connection has woken the service worker. @param {() => void} action */
export function onBackgroundSync(action) {
  navigator.serviceWorker?.addEventListener("message", (event) => event.data === "send" && action());
}
