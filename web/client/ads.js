// The demo's fortnight as it passes: the page fetches itself anew, and the keyboard stays where it is.

import { inPlace } from "./parts/place.js";

const OFTEN = 2000; // milliseconds
const passes = () => document.querySelector("[data-passing]") !== null;

async function look() {
  try {
    const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
    if (answer.redirected || (answer.status >= 400 && answer.status < 500)) return location.reload(); // signed out
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const main = document.querySelector("main");
      inPlace(main, () => { main.innerHTML = page.querySelector("main").innerHTML; });
    }
  } catch {
    // the server is away for a moment: ask again
  }
  return passes() && setTimeout(look, OFTEN);
}

if (passes()) setTimeout(look, OFTEN);
