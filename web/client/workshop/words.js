// Sentences of the page, in the person's language; the server has them all.
const table = JSON.parse(document.getElementById("workshop-words").textContent);

const page = document.querySelector("[data-workshop]").dataset;
const clock = new Intl.DateTimeFormat(`${page.language}-KE`, { timeZone: page.zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** A moment as the business reads it, in its own time zone. */
export const moment = (at) => clock.format(new Date(at));

export function t(key, blanks = {}) {
  const sentence = table[key] ?? key;
  return sentence.replace(/{(\w+)}/g, (_, name) => blanks[name] ?? "");
}
