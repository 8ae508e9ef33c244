// Load the page again if the server was updated since: the scripts that it still asks for are gone.
//
// A classic script without imports; the server sends it under every release, so that it also runs when nothing else does.
{
  const KEY = "coralchunk.renewed";
  const PAUSE_MS = 10_000; // while an update goes on, the next page may be an old one again
  const release = /\/static\/([^/]+)\//.exec(document.currentScript.src)[1];
  const FAILED_IMPORT = /dynamically imported module|importing a module script failed/i;

  let isAsking = false;
  const renew = async () => {
    if (isAsking || Date.now() - Number(sessionStorage.getItem(KEY)) < PAUSE_MS) return;
    isAsking = true;
    const response = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    isAsking = false;
    if (!response?.ok || (await response.text()).includes(`/static/${release}/`)) return;
    sessionStorage.setItem(KEY, String(Date.now()));
    location.reload();
  };

  window.addEventListener("error", ({ target }) => ["SCRIPT", "LINK"].includes(target?.tagName) && renew(), true);
  window.addEventListener("unhandledrejection", ({ reason }) => FAILED_IMPORT.test(reason?.message ?? "") && renew());
  document.addEventListener("import-failed", renew); // where the rejection is handled
}
