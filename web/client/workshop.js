// The workshop page: the text on one side; its picture, a phone to try it on, its problems and its versions on the other.

import { html, render } from "htm/preact";
import { keepPlace } from "./parts/place.js";
import { act, draft, get, inTurn, parting, post } from "./workshop/api.js";
import { Asking } from "./workshop/asking.js";
import { editor } from "./workshop/editor.js";
import { keep, reword, testsOf } from "./workshop/keeping.js";
import { later } from "./workshop/later.js";
import { Phone } from "./workshop/phone.js";
import { Press } from "./workshop/press.js";
import { Problems } from "./workshop/problems.js";
import { Publish } from "./workshop/publish.js";
import { Sheet } from "./workshop/sheet.js";
import { Tests } from "./workshop/tests.js";
import { Compare, History, Versions } from "./workshop/versions.js";
import { moment, t } from "./workshop/words.js";

const page = document.querySelector("[data-workshop]");
const file = page.dataset.file;
const mayEdit = page.dataset.mayEdit === "yes";
const RECOUNTED_AFTER = 20_000; // milliseconds
const SAVED_AFTER = 800; // milliseconds of quiet before a draft is kept

const isTests = file.endsWith(".test.yaml");

const state = { tab: isTests ? "tests" : "picture", findings: [], moves: [], made: [], doing: {}, facts: {}, language: "", picture: {}, status: "ws.loading" };
let draw = () => {};
const set = (changes) => { Object.assign(state, changes); draw(); };
const told = (error) => error.message || String(error);

/** What somebody does, once at a time: its button is busy meanwhile, and what goes wrong is said. */
async function doing(what, work) {
  if (state.doing[what]) return;
  set({ doing: { ...state.doing, [what]: true }, failed: "" });
  try {
    await work();
  } catch (error) {
    set({ failed: told(error) });
  }
  set({ doing: { ...state.doing, [what]: false } });
}

let text, saving, drawn, awaited = null, pending = null;
const ask = {
  file: () => file,
  check: (buffer) => post("/check", { file, text: buffer }),
  complete: (buffer, line, column) => post("/complete", { file, text: buffer, line, column }),
  hover: (buffer, line, column) => post("/hover", { file, text: buffer, line, column }),
  explain: (buffer, line, column) => post("/hover", { file, text: buffer, line, column }, "explain"), // not for the pointer
  format: (buffer) => post("/format", { file, text: buffer }),
};

async function begin() {
  try {
    const [opened, shelf] = await Promise.all([get(`/file?file=${encodeURIComponent(file)}`), get("")]);
    const known = shelf.files.find((each) => each.file === file);
    set({ opened, shelf, counts: known?.running, kind: known?.kind });
  } catch (error) {
    set({ failed: told(error) });
    return;
  }
  text = editor(document.getElementById("text"), {
    text: state.opened.text, nonce: page.dataset.nonce, editable: mayEdit, ask, changed, found,
  });
  set({ status: state.opened.drafted ? "ws.draft-kept" : "ws.in-force" });
  look();
  if (isTests) runTests();
  setInterval(recount, RECOUNTED_AFTER);
}

/** Who is where, as it is now; only while somebody looks at it. */
async function recount() {
  if (document.hidden || state.tab !== "picture" || isTable()) return;
  const shelf = await get("").catch(() => null); // the next time will do
  if (shelf) set({ counts: shelf.files.find((each) => each.file === file)?.running });
}

function changed(buffer) {
  set({ status: "ws.typing" });
  clearTimeout(drawn);
  drawn = setTimeout(look, 350);
  if (!mayEdit) return;
  pending = buffer;
  clearTimeout(saving);
  saving = setTimeout(() => save().catch(() => {}), SAVED_AFTER); // the status says it
}

// What was typed in the last moment, or is still on its way to the server, is kept also when the page is left.
window.addEventListener("pagehide", () => {
  if (pending !== null) parting({ file, text: pending, base: state.opened.base });
});

/** Keeps the text as it is when its turn comes; whoever asks before that waits for the same. Rejects if it is not kept. */
function save() {
  clearTimeout(saving);
  awaited ??= inTurn(async () => {
    awaited = null;
    const buffer = text.text();
    set({ status: "ws.saving" });
    try {
      const opened = await draft({ file, text: buffer, base: state.opened.base });
      if (pending === buffer) pending = null;
      set({ opened: { ...opened, text: buffer }, status: pending !== null ? "ws.typing" : opened.drafted ? "ws.draft-kept" : "ws.in-force" });
    } catch (error) {
      set({ status: "ws.not-saved", failed: told(error) });
      throw error;
    }
  });
  return awaited;
}

/** What is wrong here first, then what that breaks elsewhere. */
const found = ({ findings, error }) => set(error ? { failed: told(error) } : {
  findings: [...findings].sort((one, two) => Number(one.file !== file) - Number(two.file !== file)), failed: "",
});

/** The picture and the conversation, anew for the text as it stands. */
async function look() {
  if (isTests) return; // no machine: neither can be
  const buffer = text.text();
  try {
    const picture = await post("/picture", { file, text: buffer });
    if (picture.diagram || picture.sheet) set({ picture, old: false });
    else set({ old: true });
    set({ drawnOnce: true });
    if (state.tab === "phone") await tryIt();
  } catch (error) {
    set({ failed: told(error) });
  }
}

/** Two moves, one right after the other, are both made, as on a phone: the second does not wait for what the first brings. */
async function play(moves = state.moves) {
  set({ moves, busy: true });
  try {
    const { played, why } = await post("/simulate", { file, text: text.text(), playing: { moves, language: state.language } });
    if (played) set({ played, made: moves, language: state.language || played.languages[0], tryError: "", busy: false });
    else set({ moves: state.made, tryError: why, busy: false });
  } catch (error) {
    set({ moves: state.made, tryError: told(error), busy: false });
  }
}

/** A table's own way of being tried: with facts. */
async function rule(facts = state.facts) {
  state.facts = facts; // at once: the next change begins from it, whether or not there is an answer by then
  try {
    const { ruled, why } = await post("/rule", { file, text: text.text(), facts });
    if (ruled) set({ ruled, facts: { ...Object.fromEntries(ruled.facts.map((fact) => [fact.name, fact.written])), ...state.facts }, tryError: "" });
    else set({ tryError: why });
  } catch (error) {
    set({ tryError: told(error) });
  }
}

const tryIt = () => (isTable() ? rule() : play());
const isTable = () => state.kind === "rules" || Boolean(state.picture.sheet);

/** Changes a cell's characters in the text as it is when its turn comes, and anew if somebody types meanwhile. */
const put = (path, value) => inTurn(async () => {
  let before, made;
  do {
    before = text.text();
    made = await act("/cell", { file, text: before, path, value });
  } while (text.text() !== before);
  text.replace(made.text);
}).catch((error) => set({ failed: told(error) }));

/** What was tried when the button was pressed, whatever is typed on meanwhile. */
function saveTest() {
  const { test } = isTable() ? state.ruled : state.played;
  const tests = `${state.kind}:${state.picture.diagram?.name ?? state.picture.sheet?.name}`;
  return doing("test", async () => {
    if (pending !== null) await save(); // a test of what is not kept would be a test of nothing
    await keep(file, test, tests);
    set({ status: "ws.test-kept", tested: null });
  });
}

async function runTests() {
  set({ tab: "tests", testing: true });
  try {
    const { testing, why } = await post("/test", { file, text: text.text() });
    set({ tested: testing, testError: why, testing: false });
  } catch (error) {
    set({ testError: told(error), testing: false });
  }
}

/** What the tests should expect from now on; in the editor, if it has the tests. */
const expectNow = (tests) => doing("reword", async () => {
  if (isTests) text.replace(tests);
  else await reword(file, tests);
  runTests();
});

function discard() {
  if (!window.confirm(t("ws.discard-sure"))) return undefined;
  clearTimeout(saving);
  return doing("discard", () => inTurn(async () => {
    const opened = await act("/discard", { file });
    set({ opened });
    text.replace(opened.text);
    clearTimeout(saving);
    pending = null;
    set({ status: "ws.in-force" });
  }));
}

async function openPublish() {
  set({ publishing: true, review: null, reviewError: "" });
  try {
    await save();
    set({ review: await get("/review") });
  } catch (error) {
    set({ reviewError: told(error) });
  }
}

/** What stands in the way is told in the dialog, or on the page if the dialog was closed meanwhile. */
async function publish(why, accept) {
  let error = "";
  await doing("publish", async () => {
    try {
      const made = await inTurn(() => act("/publish", { why, accept_undecided: accept }, 0));
      if (made.status === "published" || made.status === "proposed") {
        window.location.assign(`/o/${page.dataset.org}/rules?done=${made.status === "proposed" ? "proposed" : "published"}`);
      } else error = made.why || made.status;
    } catch (failure) {
      error = told(failure);
    }
    if (error && !state.publishing) throw new Error(error);
  });
  return { error };
}

async function versions() {
  set({ tab: "versions", seen: null });
  try {
    const [all, mine] = await Promise.all([get("/versions"), get(`/history?file=${encodeURIComponent(file)}`)]);
    set({ ...all, texts: mine.texts });
  } catch (error) {
    set({ failed: told(error) });
  }
}

function rollback(number) {
  const why = window.prompt(t("ws.rollback-why", { number }));
  if (!why) return undefined;
  return doing("rollback", async () => {
    const made = await inTurn(() => act("/rollback", { number, why }, 0));
    if (made.why) throw new Error(made.why);
    window.location.assign(`/o/${page.dataset.org}/rules?done=rolled-back`);
  });
}

/** What was put together goes into the editor, and from now on the draft begins from what is in force. */
const merged = (result) => doing("merge", async () => {
  state.opened = { ...state.opened, base: state.opened.current };
  text.replace(result);
  await save();
});

// What only some tabs need comes when it is needed: the layout of pictures here, and texts beside each other.
const Diagram = later(() => import("./workshop/diagram.js").then((part) => part.Diagram));

const TABS = [...(isTests ? [] : [["picture", "ws.picture"], ["phone", "ws.try"]]), ["tests", "ws.tests"], ["problems", "ws.problems"], ["compare", "ws.compare"], ["versions", "ws.versions"]];

function Side() {
  const problems = state.findings.length;
  const choose = (tab) => {
    if (tab === "versions") return versions();
    if (tab === "tests") return runTests();
    set({ tab });
    return tab === "phone" && tryIt();
  };
  const arrow = (event) => {
    const at = TABS.findIndex(([name]) => name === state.tab);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key] ?? -1;
    if (to >= 0 && to < TABS.length) {
      event.preventDefault(); // else the page scrolls
      choose(TABS[to][0]);
      document.getElementById(`tab-${TABS[to][0]}`)?.focus();
    }
  };
  return html`
    <div class="tabs" role="tablist" aria-label=${t("ws.views")} onKeyDown=${arrow}>
      ${TABS.map(([name, key]) => html`<button role="tab" id=${`tab-${name}`} aria-selected=${state.tab === name} aria-controls="pane" tabindex=${state.tab === name ? 0 : -1}
        class="tab" onClick=${() => choose(name)}>${t(key)}${name === "problems" && problems ? html` <span class="badge">${problems}</span>` : ""}</button>`)}
    </div>
    <div id="pane" role="tabpanel" aria-labelledby=${`tab-${state.tab}`}>
      ${state.failed && html`<p class="wrong" role="alert">${state.failed}</p>`}
      ${state.tab === "picture" && html`
        ${!state.drawnOnce && !state.failed && html`<p class="empty" role="status">${t("ws.loading")}</p>`}
        ${state.drawnOnce && state.old && html`<p class="hint">${t("ws.picture-old")}</p>`}
        ${!state.drawnOnce ? "" : state.picture.sheet
          ? html`<${Sheet} sheet=${state.picture.sheet} editable=${mayEdit} put=${put} goTo=${text?.goTo} />`
          : html`<${Diagram} diagram=${state.picture.diagram} lit=${state.played && !state.played.done ? state.played.state : ""} counts=${state.counts} goTo=${(line) => text.goTo(line)} />`}`}
      ${state.tab === "phone" && isTable() && html`<${Asking} type=${(name, value) => { state.facts = { ...state.facts, [name]: value }; }} ruled=${state.ruled} facts=${state.facts} error=${state.tryError} ask=${rule} goTo=${(line) => text.goTo(line)} saveTest=${mayEdit && saveTest} keeping=${state.doing.test} />`}
      ${state.tab === "phone" && !isTable() && html`<${Phone} played=${state.played} error=${state.tryError} language=${state.language} busy=${state.busy}
        act=${(move) => play([...state.moves, move])} again=${state.moves.findLast((move) => move.key === "says" || move.key === "taps")} back=${() => play(state.moves.slice(0, -1))} reset=${() => play([])}
        speak=${(language) => { state.language = language; play(); }} goTo=${(line) => text.goTo(line)} saveTest=${mayEdit && saveTest} keeping=${state.doing.test} />`}
      ${state.tab === "tests" && html`<${Tests} tested=${state.tested} error=${state.testError} busy=${state.testing} again=${runTests} reword=${mayEdit && expectNow} rewording=${state.doing.reword} goTo=${isTests && ((line) => text.goTo(line))} />`}
      ${state.tab === "problems" && html`<${Problems} findings=${state.findings} file=${file} goTo=${(line) => text.goTo(line)} mend=${mayEdit && ((fix) => text.apply(fix))} />`}
      ${state.tab === "compare" && state.opened && html`
        ${state.opened.stale && html`<p class="wrong">${t("ws.merge")}</p><${Compare} mine=${text.text()} theirs=${state.opened.in_force} take=${mayEdit && merged} label=${t("ws.merged")} />`}
        ${state.opened.others.map((other) => html`<p class="hint">${t("ws.also-edits", { name: other.name, at: moment(other.at) })} ${t("ws.theirs-left")}</p><${Compare} mine=${text.text()} theirs=${other.text} take=${mayEdit && ((result) => text.replace(result))} label=${t("ws.take-theirs")} />`)}
        ${!state.opened.stale && (text.text() === state.opened.in_force
          ? html`<p class="empty">${t("ws.as-in-force")}</p>`
          : html`<p class="hint">${t("ws.against-in-force")}</p><${Compare} mine=${text.text()} theirs=${state.opened.in_force} />`)}`}
      ${state.tab === "versions" && html`
        <${History} texts=${state.texts} mine=${text.text()} seen=${state.seen} look=${(number) => set({ seen: state.seen === number ? null : number })} restore=${mayEdit && ((old) => text.replace(old))} />
        <${Versions} versions=${state.versions ?? []} rollback=${page.dataset.mayPublish === "yes" && rollback} busy=${state.doing.rollback} />`}
    </div>`;
}

function Bar() {
  const errors = state.findings.filter((each) => each.severity === "error").length;
  return html`
    <span class="status" role="status">${t(state.status)}${state.status === "ws.test-kept" ? html` · <a href=${`?file=${encodeURIComponent(testsOf(file))}`}>${t("ws.see-tests")}</a>` : ""}${errors ? ` · ${t("ws.errors", { count: errors })}` : ""}</span>
    ${state.opened?.stale && html`<span class="warn">${t("ws.stale")}</span> <button class="warn second" onClick=${() => set({ tab: "compare" })}>${t("ws.merge-open")}</button>`}
    ${state.opened?.others.length > 0 && html`<button class="warn second" onClick=${() => set({ tab: "compare" })}>${t("ws.also-edits-short", { name: state.opened.others[0].name })}</button>`}
    ${state.opened?.drafted && html`<${Press} class="second" busy=${state.doing.discard} act=${discard}>${t("ws.discard")}<//>`}
    ${mayEdit && html`<${Press} busy=${state.doing.publish} act=${openPublish} disabled=${!text}>${t("ws.publish-button")}<//>`}
    ${state.publishing && html`<${Publish} review=${state.review} error=${state.reviewError} publish=${publish} seeTests=${() => { set({ publishing: false }); runTests(); document.getElementById("tab-tests").focus(); }} mayPublish=${page.dataset.mayPublish === "yes"} close=${() => set({ publishing: false })} />`}`;
}

draw = () => {
  render(html`<${Side} />`, document.getElementById("side"));
  render(html`<${Bar} />`, document.getElementById("bar"));
};
document.getElementById("side").textContent = "";
keepPlace(document.getElementById("side"));
keepPlace(document.getElementById("bar"));
draw();
begin();
