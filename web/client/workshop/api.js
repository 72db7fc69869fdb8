// What the workshop asks of the server, and what it has the server do.
//
// A question may be overtaken by a newer one, since only the newest answer is of use. What somebody does is never
// overtaken: it is done in its turn, and whoever did it hears that it is done or what went wrong.

import { t } from "./words.js";

const page = document.querySelector("[data-workshop]");
const base = `/api/v1/orgs/${page.dataset.org}/rules`;
const csrf = page.dataset.csrf;
const PATIENCE = 30_000; // milliseconds that what is done at once may take: one without an answer must not hold up the next
const asked = new Map();
let last = Promise.resolve();

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
  throw new Refused(body.error ?? { code: "unreachable", reason: t("ws.answered", { status: response.status }), remedy: "" });
}

async function send(path, options) {
  try {
    return await answered(await fetch(base + path, options));
  } catch (error) {
    if (error instanceof Refused || options.signal?.aborted) throw error;
    throw new Refused({ code: "unreachable", reason: t("ws.unreachable"), remedy: "" }); // the browser's own words are in English
  }
}

const reading = { headers: { Accept: "application/json" } };
const writing = (body) => ({
  method: "POST",
  headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
  body: JSON.stringify(body),
});

/** `lane`: questions of one lane replace each other; a replaced one never resolves. */
async function question(lane, path, options) {
  asked.get(lane)?.abort();
  const control = new AbortController();
  asked.set(lane, control);
  try {
    return await send(path, { ...options, signal: control.signal });
  } catch (error) {
    if (control.signal.aborted) return new Promise(() => {});
    throw error;
  } finally {
    if (asked.get(lane) === control) asked.delete(lane);
  }
}

export const get = (path, lane = path) => question(lane, path, reading);
export const post = (path, body, lane = path) => question(lane, path, writing(body));

/** `doing` when all that was done before is through, however it ended. Within it, `read` and `act`, not `inTurn` again. */
export function inTurn(doing) {
  const done = last.then(doing);
  last = done.catch(() => {}); // who did it hears of it; the next begins all the same
  return done;
}

/** What an act needs to know: always answered, never overtaken. */
export const read = (path) => patiently(path, reading);

/** Has the server do something; `patience` 0 where that may rightly take minutes. */
export const act = (path, body, patience = PATIENCE) => patiently(path, writing(body), patience);

async function patiently(path, options, patience = PATIENCE) {
  if (!patience) return send(path, options);
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), patience);
  try {
    return await send(path, { ...options, signal: control.signal });
  } catch (error) {
    if (control.signal.aborted) throw new Refused({ code: "late", reason: t("ws.no-answer"), remedy: "" });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

export const draft = (kept) => act("/draft", kept);

/** For a page that is being left: goes out at once, and nobody is there to hear how it went. */
export const parting = (kept) => fetch(`${base}/draft`, { ...writing(kept), keepalive: true }).catch(() => {});
