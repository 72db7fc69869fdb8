// Keeps a page of conversations as it is: the stream says that something changed, and the page fetches itself anew.
// What somebody is typing stays, and so does what they have unfolded. Without this script one reloads the page.

import { inPlace } from "./parts/place.js";

const stream = document.querySelector("[data-stream]");

const unfolded = (part) =>
  new Map([...part.querySelectorAll("details")].map((each, place) => [keyOf(each, place), each.open]));
const keyOf = (details, place) => {
  const entry = details.closest("li[id]");
  if (!entry) return String(place);
  return `${entry.id}:${[...entry.querySelectorAll("details")].indexOf(details)}`;
};

const replace = (old, fresh) => {
  if (old.innerHTML === fresh.innerHTML) return;
  const open = unfolded(old);
  const down = old.scrollHeight - old.scrollTop - old.clientHeight < 40;
  const top = old.scrollTop;
  inPlace(old, () => { old.innerHTML = fresh.innerHTML; });
  [...old.querySelectorAll("details")].forEach((each, place) => {
    const was = open.get(keyOf(each, place));
    if (was !== undefined) each.open = was;
  });
  old.scrollTop = old.dataset.live === "messages" && down ? old.scrollHeight : top;
};

// What a person writes in is replaced only when its turn has changed and nothing has been typed.
const replaceIdle = (old, fresh) => {
  const typed = old.querySelector("textarea")?.value;
  if (old.dataset.liveIdle === fresh.dataset.liveIdle || typed) return;
  old.dataset.liveIdle = fresh.dataset.liveIdle;
  inPlace(old, () => { old.innerHTML = fresh.innerHTML; });
};

let fetching = false;
let again = false;
const refresh = async () => {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  try {
    const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
    if (answer.redirected) location.reload(); // signed out
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll("[data-live]")) {
      const fresh = page.querySelector(`[data-live="${old.dataset.live}"]`);
      if (fresh) replace(old, fresh);
    }
    for (const old of document.querySelectorAll("[data-live-idle]")) {
      const fresh = page.querySelector("[data-live-idle]");
      if (fresh) replaceIdle(old, fresh);
    }
  } catch {
    // without a connection the page says so itself, and the stream comes back by itself
  } finally {
    fetching = false;
    if (again) {
      again = false;
      refresh();
    }
  }
};

if (stream) {
  const source = new EventSource(stream.dataset.stream);
  let known = stream.dataset.mark;
  source.addEventListener("changed", (event) => {
    if (event.data === known) return;
    known = event.data;
    refresh();
  });
  source.addEventListener("over", () => {
    source.close();
    setTimeout(() => location.reload(), 3000);
  });
  window.addEventListener("pagehide", () => source.close());
}

// How long one may still write runs out without anything happening: whoever looks sees it do so.
setInterval(() => document.visibilityState === "visible" && refresh(), 60_000);

const said = document.querySelector(".bubbles");
if (said) said.scrollTop = said.scrollHeight;

// Ctrl or Cmd with Enter sends.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "text") {
    event.target.form.requestSubmit();
  }
});
