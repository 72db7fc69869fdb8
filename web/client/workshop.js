// The workshop page: the text on one side; its picture, a phone to try it on, its problems and its versions on the other.

import { html, render } from "htm/preact";
import { draft, get, post } from "./workshop/api.js";
import { Asking } from "./workshop/asking.js";
import { editor } from "./workshop/editor.js";
import { keep, reword, testsOf } from "./workshop/keeping.js";
import { later } from "./workshop/later.js";
import { Phone } from "./workshop/phone.js";
import { Publish } from "./workshop/publish.js";
import { Sheet } from "./workshop/sheet.js";
import { Tests } from "./workshop/tests.js";
import { moment, t } from "./workshop/words.js";

const page = document.querySelector("[data-workshop]");
const file = page.dataset.file;
const mayEdit = page.dataset.mayEdit === "yes";
const RECOUNTED_AFTER = 20_000; // milliseconds
const SAVED_AFTER = 800; // milliseconds of quiet before a draft is kept

const isTests = file.endsWith(".test.yaml");

const state = { tab: isTests ? "tests" : "picture", findings: [], moves: [], facts: {}, language: "", picture: {}, status: "ws.loading" };
let draw = () => {};
const set = (changes) => { Object.assign(state, changes); draw(); };
const told = (error) => error.message || String(error);

let text, saving, drawn, pending = null;
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
  pending = mayEdit ? buffer : null;
  clearTimeout(saving);
  saving = setTimeout(() => save(buffer), SAVED_AFTER);
  clearTimeout(drawn);
  drawn = setTimeout(look, 350);
}

// What was typed in the last moment, or is still on its way to the server, is kept also when the page is left.
window.addEventListener("pagehide", () => {
  if (pending === null) return;
  draft({ file, text: pending, base: state.opened.base }, { keepalive: true });
});

async function save(buffer) {
  if (!mayEdit) return;
  set({ status: "ws.saving" });
  try {
    const opened = await draft({ file, text: buffer, base: state.opened.base });
    if (pending === buffer) pending = null;
    set({ opened: { ...opened, text: buffer }, status: opened.drafted ? "ws.draft-kept" : "ws.in-force" });
  } catch (error) {
    set({ status: "ws.not-saved", failed: told(error) });
  }
}

async function saveNow() {
  clearTimeout(saving);
  await save(text.text());
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

async function play(moves = state.moves) {
  set({ busy: true });
  try {
    const { played, why } = await post("/simulate", { file, text: text.text(), playing: { moves, language: state.language } });
    if (played) set({ played, moves, language: state.language || played.languages[0], tryError: "", busy: false });
    else set({ tryError: why, busy: false });
  } catch (error) {
    set({ tryError: told(error), busy: false });
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

async function put(path, value) {
  try {
    text.replace((await post("/cell", { file, text: text.text(), path, value })).text);
  } catch (error) {
    set({ failed: told(error) });
  }
}

async function saveTest() {
  try {
    if (pending !== null) await saveNow(); // what was tried is what the test is of
    await keep(file, (isTable() ? state.ruled : state.played).test, `${state.kind}:${state.picture.diagram?.name ?? state.picture.sheet?.name}`);
    set({ status: "ws.test-kept", tested: null });
  } catch (error) {
    set({ tryError: told(error) });
  }
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
async function expectNow(tests) {
  try {
    if (isTests) text.replace(tests);
    else await reword(file, tests);
    await runTests();
  } catch (error) {
    set({ testError: told(error) });
  }
}

async function discard() {
  if (!window.confirm(t("ws.discard-sure"))) return;
  clearTimeout(saving);
  const opened = await post("/discard", { file });
  set({ opened });
  text.replace(opened.text);
  clearTimeout(saving);
  pending = null;
  set({ status: "ws.in-force" });
}

async function openPublish() {
  await saveNow();
  set({ publishing: true, review: null, reviewError: "" });
  try {
    set({ review: await get("/review") });
  } catch (error) {
    set({ reviewError: told(error) });
  }
}

async function publish(why, accept) {
  try {
    const made = await post("/publish", { why, accept_undecided: accept });
    if (made.status === "published" || made.status === "proposed") {
      window.location.assign(`/o/${page.dataset.org}/rules?done=${made.status === "proposed" ? "proposed" : "published"}`);
      return {};
    }
    return { error: made.why || made.status };
  } catch (error) {
    return { error: told(error) };
  }
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

async function rollback(number) {
  const why = window.prompt(t("ws.rollback-why", { number }));
  if (!why) return;
  try {
    const made = await post("/rollback", { number, why });
    if (made.why) set({ failed: made.why });
    else window.location.assign(`/o/${page.dataset.org}/rules?done=rolled-back`);
  } catch (error) {
    set({ failed: told(error) });
  }
}

/** What was put together goes into the editor, and from now on the draft begins from what is in force. */
async function merged(result) {
  state.opened = { ...state.opened, base: state.opened.current };
  text.replace(result);
  clearTimeout(saving);
  await save(result);
}

// What only some tabs need comes when it is needed: the layout of pictures, and texts beside each other.
const Diagram = later(() => import("./workshop/diagram.js").then((part) => part.Diagram));
const Compare = later(() => import("./workshop/compare.js").then((part) => part.Compare));

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
    const to = event.key === "ArrowRight" ? at + 1 : event.key === "ArrowLeft" ? at - 1 : -1;
    if (to >= 0 && to < TABS.length) {
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
      ${state.tab === "phone" && isTable() && html`<${Asking} type=${(name, value) => { state.facts = { ...state.facts, [name]: value }; }} ruled=${state.ruled} facts=${state.facts} error=${state.tryError} ask=${rule} goTo=${(line) => text.goTo(line)} saveTest=${mayEdit && saveTest} />`}
      ${state.tab === "phone" && !isTable() && html`<${Phone} played=${state.played} error=${state.tryError} language=${state.language} busy=${state.busy}
        act=${(move) => play([...state.moves, move])} again=${state.moves.findLast((move) => move.key === "says" || move.key === "taps")} back=${() => play(state.moves.slice(0, -1))} reset=${() => play([])}
        speak=${(language) => { state.language = language; play(); }} goTo=${(line) => text.goTo(line)} saveTest=${mayEdit && saveTest} />`}
      ${state.tab === "tests" && html`<${Tests} tested=${state.tested} error=${state.testError} busy=${state.testing} again=${runTests} reword=${mayEdit && expectNow} goTo=${isTests && ((line) => text.goTo(line))} />`}
      ${state.tab === "problems" && html`<${Problems} />`}
      ${state.tab === "compare" && state.opened && html`
        ${state.opened.stale && html`<p class="wrong">${t("ws.merge")}</p><${Compare} nonce=${page.dataset.nonce} mine=${text.text()} theirs=${state.opened.in_force} take=${mayEdit && merged} label=${t("ws.merged")} />`}
        ${state.opened.others.map((other) => html`<p class="hint">${t("ws.also-edits", { name: other.name, at: moment(other.at) })} ${t("ws.theirs-left")}</p><${Compare} nonce=${page.dataset.nonce} mine=${text.text()} theirs=${other.text} take=${mayEdit && ((result) => text.replace(result))} label=${t("ws.take-theirs")} />`)}
        ${!state.opened.stale && (text.text() === state.opened.in_force
          ? html`<p class="empty">${t("ws.as-in-force")}</p>`
          : html`<p class="hint">${t("ws.against-in-force")}</p><${Compare} nonce=${page.dataset.nonce} mine=${text.text()} theirs=${state.opened.in_force} />`)}`}
      ${state.tab === "versions" && html`<${History} />`}
      ${state.tab === "versions" && html`<h3>${t("ws.all-files")}</h3><ul class="list">${(state.versions ?? []).map((each) => html`<li><span>#${each.number} ${each.why}<small>${moment(each.at)} · ${each.by}${each.in_force ? ` · ${t("ws.in-force")}` : ""}</small></span>
        ${!each.in_force && page.dataset.mayPublish === "yes" && html`<button class="second" onClick=${() => rollback(each.number)}>${t("ws.rollback")}</button>`}</li>`)}</ul>`}
    </div>`;
}

function History() {
  if (!state.texts) return html`<p class="empty">${t("ws.loading")}</p>`;
  return html`<h3>${t("ws.history")}</h3>
    ${state.texts.length ? html`<ul class="list history">${state.texts.map((each) => html`<li>
      <span>${each.number ? `#${each.number} ${each.why}` : t("ws.first")}${each.at && html`<small>${moment(each.at)} · ${each.by}</small>`}</span>
      <button class="second" aria-expanded=${state.seen === each.number} onClick=${() => set({ seen: state.seen === each.number ? null : each.number })}>${t("ws.look")}</button>
      ${mayEdit && html`<button class="second" onClick=${() => text.replace(each.text)}>${t("ws.restore")}</button>`}
      ${state.seen === each.number && html`<div class="whole">${text.text() === each.text ? html`<p class="empty">${t("ws.as-yours")}</p>` : html`<${Compare} nonce=${page.dataset.nonce} mine=${text.text()} theirs=${each.text} />`}</div>`}
    </li>`)}</ul>` : html`<p class="empty">${t("ws.no-history")}</p>`}`;
}

function Problems() {
  if (!state.findings.length) return html`<p class="empty">${t("ws.no-problems")}</p>`;
  return html`<ul class="list problems">${state.findings.map((each) => html`<li class=${each.severity}>
    <span><button class="plain" onClick=${() => each.file === file ? text.goTo(each.line) : window.location.assign(`?file=${encodeURIComponent(each.file)}`)}>${each.file === file ? t("ws.line", { line: each.line }) : `${each.file}:${each.line}`}</button> ${each.reason} ${each.suggestion}<small>${each.code}</small></span>
    ${each.fix && mayEdit && each.file === file && html`<button class="second" onClick=${() => text.apply(each.fix)}>${each.fix.title}</button>`}
  </li>`)}</ul>`;
}

function Bar() {
  const errors = state.findings.filter((each) => each.severity === "error").length;
  return html`
    <span class="status" role="status">${t(state.status)}${state.status === "ws.test-kept" ? html` · <a href=${`?file=${encodeURIComponent(testsOf(file))}`}>${t("ws.see-tests")}</a>` : ""}${errors ? ` · ${t("ws.errors", { count: errors })}` : ""}</span>
    ${state.opened?.stale && html`<span class="warn">${t("ws.stale")}</span> <button class="warn second" onClick=${() => set({ tab: "compare" })}>${t("ws.merge-open")}</button>`}
    ${state.opened?.others.length > 0 && html`<button class="warn second" onClick=${() => set({ tab: "compare" })}>${t("ws.also-edits-short", { name: state.opened.others[0].name })}</button>`}
    ${state.opened?.drafted && html`<button class="second" onClick=${discard}>${t("ws.discard")}</button>`}
    ${mayEdit && html`<button onClick=${openPublish} disabled=${!text}>${t("ws.publish-button")}</button>`}
    ${state.publishing && html`<${Publish} review=${state.review} error=${state.reviewError} publish=${publish} seeTests=${() => { set({ publishing: false }); runTests(); }} mayPublish=${page.dataset.mayPublish === "yes"} close=${() => set({ publishing: false })} />`}`;
}

draw = () => {
  render(html`<${Side} />`, document.getElementById("side"));
  render(html`<${Bar} />`, document.getElementById("bar"));
};
document.getElementById("side").textContent = "";
draw();
begin();
