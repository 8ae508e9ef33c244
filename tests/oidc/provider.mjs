// A real OpenID provider for the tests: node provider.mjs MODULES PORT CALLBACK

import { pathToFileURL } from "node:url";

const [modules, port, callback] = process.argv.slice(2);
const { Provider } = await import(pathToFileURL(`${modules}/oidc-provider/lib/index.js`));
const PEOPLE = {
  ana: { email: "ana@reef.example", email_verified: true },
  ben: { email: "ben@elsewhere.example", email_verified: true },
  cleo: { email: "cleo@reef.example", email_verified: false },
  dora: { preferred_username: "dora", groups: ["reef-lab", "readers"] },
};

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "coralchunk", client_secret: "parrotfish", redirect_uris: [callback] }],
  pkce: { required: () => true },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["preferred_username", "groups"] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
