// What the workshop asks of the server. A newer question of the same kind cancels the older one.

const page = document.querySelector("[data-workshop]");
const base = `/api/v1/orgs/${page.dataset.org}/rules`;
const csrf = page.dataset.csrf;
const running = new Map();

export class Refused extends Error {
  constructor({ code, reason, remedy }) {
    super([reason, remedy].filter(Boolean).join(" "));
    this.code = code;
  }
}

async function answered(response) {
  if (response.ok) return response.json();
  const body = await response.json().catch(() => ({})); // what stands between may refuse with a page of its own
  if (response.status === 401) window.location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  throw new Refused(body.error ?? { code: "unreachable", reason: `The server answered ${response.status}.`, remedy: "" });
}

/** `lane`: questions of one lane replace each other; a replaced one never resolves. */
async function send(lane, path, options) {
  running.get(lane)?.abort();
  const control = new AbortController();
  running.set(lane, control);
  try {
    return await answered(await fetch(base + path, { ...options, signal: control.signal }));
  } catch (error) {
    if (error.name === "AbortError") return new Promise(() => {});
    throw error;
  } finally {
    if (running.get(lane) === control) running.delete(lane);
  }
}

export const get = (path, lane = path) => send(lane, path, { headers: { Accept: "application/json" } });

export const post = (path, body, lane = path, more = {}) =>
  send(lane, path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify(body),
    ...more,
  });

/** Keeps a draft: a newer one replaces an older one of its file, never one of another file. */
export const draft = (kept, more) => post("/draft", kept, `/draft ${kept.file}`, more);
