// Where the keyboard is. What it was on may go away with what it did, or be drawn anew: it goes on beside that, not from
// the top of the page.

const FOCUSABLE = "a[href], button:not(:disabled), input:not(:disabled):not([type=hidden]), select:not(:disabled), textarea:not(:disabled), summary, [tabindex='0']";

const there = (element) => element.isConnected && !element.disabled;
const stops = (root) => [...root.querySelectorAll(FOCUSABLE)];
/** Takes the first that takes it: what is folded away does not. */
const focus = (elements) => elements.some((each) => { each.focus(); return document.activeElement === each; });

/** For parts that a script draws: watches `root`, and only for who uses keys, since a finger has its place by itself. */
export function keepPlace(root) {
  let was = null, around = null, all = [], keyed = false;
  document.addEventListener("keydown", () => { keyed = true; }, true);
  document.addEventListener("pointerdown", () => { keyed = false; }, true);
  document.addEventListener("focusin", ({ target }) => {
    was = root.contains(target) ? target : null;
    around = was?.parentElement;
    all = was ? stops(root) : [];
  });
  new MutationObserver(() => {
    if (!keyed || !was || there(was) || ![was, document.body].includes(document.activeElement)) return;
    const place = all.indexOf(was);
    const near = around.isConnected ? stops(around) : [];
    focus([...near, ...all.slice(place + 1).filter(there), ...all.slice(0, place).filter(there).reverse()]);
  }).observe(root, { childList: true, subtree: true, attributeFilter: ["disabled"] });
}

/** For parts that come anew from the server: `changing` puts in what came, and the keyboard stays on what is called alike. */
export function inPlace(part, changing) {
  const on = part.contains(document.activeElement) && document.activeElement !== part ? called(part, document.activeElement) : null;
  changing();
  if (on) [...part.querySelectorAll(FOCUSABLE)].find((each) => called(part, each) === on)?.focus({ preventScroll: true });
}

function called(part, element) {
  if (element.id) return `#${element.id}`;
  if (element.matches("a[href]")) return `to ${element.getAttribute("href")}`;
  const within = element.closest("[id]");
  const near = within && part.contains(within) ? within : part;
  const alike = [...near.querySelectorAll(element.tagName)];
  return [near.id, element.tagName, element.name, element.form?.getAttribute("action"), alike.indexOf(element)].join(" ");
}
