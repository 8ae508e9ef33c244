// Send a photo to a coralchunk server and wait for its result. Nothing here needs React Native.

export type Server = { url: string; token: string | null };
/** A file on the phone, as React Native sends it, or the bytes themselves. */
export type Photo = Blob | { uri: string; name: string; type: string };
export type Summary = {
  total_chunks: number;
  coral_cover: number | null;
  bleached_cover: number | null;
  bleached_cover_interval: [number, number] | null;
};
type Status = { status: string; completed_chunks: number; total_chunks: number; summary?: Summary; error?: string };

const ATTEMPTS = 5;

export const headersOf = (server: Server): Record<string, string> => (server.token ? { Authorization: `Bearer ${server.token}` } : {});
export const pictureOf = (server: Server, jobId: number) => `${server.url}/V1/api/result/${jobId}.png`;

/** Send a photo; returns its job. `key` names the attempt: a repeated upload with the same key is no second job. */
export async function submit(server: Server, photo: Photo, key: string): Promise<number> {
  const form = new FormData();
  form.append("image", photo as Blob); // React Native takes { uri, name, type } in its place
  const headers = { ...headersOf(server), "Idempotency-Key": key };
  return (await answer<{ job_id: number }>(`${server.url}/V1/api/classify`, { method: "POST", headers, body: form })).job_id;
}

/** Wait for the result of a job; `onProgress` gets a share from 0 to 1. */
export async function result(server: Server, jobId: number, onProgress: (done: number) => void): Promise<Summary> {
  for (;;) {
    const url = `${server.url}/V1/api/status/${jobId}?include=summary&wait=20`; // answers when something changes
    const status = await answer<Status>(url, { headers: headersOf(server) });
    onProgress(status.completed_chunks / status.total_chunks);
    if (status.status === "completed" && status.summary) return status.summary;
    if (status.status === "error") throw new Error(status.error ?? "The server could not classify the photo.");
  }
}

/** Send a request until it is answered: connections at sea break, and a busy server says when to come back. */
async function answer<Body>(url: string, options: RequestInit): Promise<Body> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(url, options).catch(() => null);
    if (response?.ok) return (await response.json()) as Body;
    const mayRetry = response === null || response.status === 429 || response.status >= 500;
    if (!mayRetry || attempt === ATTEMPTS) throw new Error((await response?.json().catch(() => null))?.detail ?? "There is no connection to the server.");
    const pauseS = Number(response?.headers.get("Retry-After")) || attempt;
    await new Promise((resolve) => setTimeout(resolve, pauseS * 1000));
  }
}
