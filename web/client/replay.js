// How far a backtest has come; when it has ended, the page is drawn anew with what it found.

const box = document.querySelector("[data-replay]");

async function look() {
  try {
    const answer = await fetch(box.dataset.replay, { headers: { Accept: "application/json" } });
    if (answer.redirected || (answer.status >= 400 && answer.status < 500)) return window.location.reload(); // signed out
    if (!answer.ok) throw new Error(String(answer.status));
    const { state, done, of } = await answer.json();
    if (state !== "running") return window.location.reload();
    const bar = box.querySelector("progress");
    if (of) {
      bar.max = of;
      bar.value = done;
    }
    box.querySelector("[data-count]").textContent = `${done} / ${of}`;
  } catch {
    // the server is away for a moment: ask again
  }
  return setTimeout(look, 1000);
}

if (box) setTimeout(look, 500);
