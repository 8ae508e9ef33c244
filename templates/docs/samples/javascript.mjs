const BASE = "http://localhost:5001/V1/api";

/** Send a photo, a File or Blob, and return the summary of its result. */
export async function classify(photo) {
  const form = new FormData();
  form.append("image", photo, "reef.jpg");
  const accepted = await fetch(`${BASE}/classify`, { method: "POST", body: form });
  if (!accepted.ok) throw new Error((await accepted.json()).detail);
  const { job_id } = await accepted.json();
  for (;;) {
    const response = await fetch(`${BASE}/status/${job_id}?include=summary&wait=20`);
    const status = await response.json();
    if (!response.ok || status.status === "error") throw new Error(status.error);
    if (status.status === "completed") return status.summary;
  }
}
