// Store the token of a user who comes back from an OpenID provider, and open the page of tokens.

import { ROOT, token } from "../app/api-client.js";
import { $ } from "../app/dom.js";

token.set($("#main").dataset.token);
if (navigator.serviceWorker) await (await import("../offline/background-sync.js")).storeToken();
location.replace(`${ROOT}/tokens`);
