// Verifying the chain, with its progress. Without this script the page waits for the result.

const form = document.querySelector("[data-verify]");
const told = document.querySelector("[data-verified]");

const filled = (sentence, blanks) =>
  Object.entries(blanks).reduce((text, [name, value]) => text.replace(`{${name}}`, value), sentence);

const say = (text, kind) => {
  told.hidden = false;
  told.className = kind;
  told.textContent = text;
};

/** True for the last line, which has the verdict. */
const heard = (line) => {
  if (line.flaws === undefined) {
    say(filled(form.dataset.reading, { read: line.read, of: line.of || "…" }), "");
    return false;
  }
  const blanks = { chains: line.chains, entries: line.entries, flaws: line.flaws.length };
  if (!line.flaws.length) {
    say(filled(form.dataset.whole, blanks), "done");
    return true;
  }
  say(filled(form.dataset.broken, blanks), "wrong");
  for (const flaw of line.flaws.slice(0, 20)) {
    const row = document.createElement("span");
    row.textContent = ` ${flaw.machine} #${flaw.seq}: ${flaw.why}.`;
    told.append(row);
  }
  return true;
};

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  say(filled(form.dataset.reading, { read: 0, of: "…" }), "");
  try {
    const query = new URLSearchParams(new FormData(form));
    const answer = await fetch(`${form.dataset.verify}?${query}`, { headers: { Accept: "application/x-ndjson" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "", judged = false;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines.filter(Boolean)) judged = heard(JSON.parse(line));
    }
    if (!judged) throw new Error("it broke off");
  } catch {
    say(form.dataset.failed, "wrong");
  }
});
