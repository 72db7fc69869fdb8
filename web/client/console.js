// What every page of the console does in the browser. Pages work without it; this makes them pleasanter.

// The menu closes when one goes elsewhere or presses Escape.
const menu = document.querySelector("details.menu");
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && menu?.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});

// Without a connection the page says so, and says when it is back.
const notice = document.querySelector("[data-offline]");
const unsent = document.querySelector("[data-unsent]");
const tell = () => {
  if (notice) notice.hidden = navigator.onLine;
  if (navigator.onLine && unsent) unsent.hidden = true;
};
window.addEventListener("online", tell);
window.addEventListener("offline", tell);
tell();

// The page that stands in for one that could not be fetched looks now and then whether it can be. That a phone is
// online says little: the network may take a while longer.
if (document.querySelector("[data-retry]")) {
  const again = () => fetch("/offline", { cache: "no-store" }).then(() => location.reload(), () => {});
  setInterval(again, 3000);
  window.addEventListener("online", again);
}

// A form is sent once, however often its button is pressed; and not into nowhere, where what was typed would be lost.
document.addEventListener("submit", (event) => {
  if (!navigator.onLine) {
    event.preventDefault();
    if (unsent) unsent.hidden = false;
    notice?.scrollIntoView({ block: "nearest" });
    return;
  }
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 5000);
});

// What keeps the shell on the phone, and makes the console an app there.
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" }).catch(() => {});
