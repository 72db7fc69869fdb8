// The tests beside the file, played on the text as it stands in the editor.

import { html } from "htm/preact";
import { Press } from "./press.js";
import { t } from "./words.js";

export function Tests({ tested, error, busy, again, goTo, reword, rewording }) {
  const failed = tested?.cases.filter((each) => !each.held) ?? [];
  const held = tested?.cases.filter((each) => each.held) ?? [];
  return html`
    <div class="trybar"><${Press} class="second" busy=${busy} act=${again}>${t("ws.test-again")}<//></div>
    <div aria-live="polite" aria-busy=${busy}>
      ${error && html`<p class="wrong" role="alert">${error}</p>`}
      ${!error && (busy || !tested) && html`<p class="empty">${t("ws.testing")}</p>`}
      ${!error && !busy && tested && (!tested.file ? html`<p class="empty">${t("ws.no-tests")}</p>` : html`
        ${tested.wrong.map((each) => html`<p class="wrong" role="alert">${t("ws.line", { line: each.line })}: ${each.reason} ${each.suggestion}</p>`)}
        ${tested.cases.length > 0 && html`<p class=${failed.length ? "wrong" : "done"}>${t(failed.length ? "ws.tests-failed" : "ws.tests-held", { held: tested.held, failed: failed.length })}</p>`}
        ${tested.reworded && reword && html`<p>${t("ws.reworded")} <${Press} class="second" busy=${rewording} act=${() => reword(tested.reworded)}>${t("ws.reword")}<//></p>`}`)}
    </div>
    ${!busy && failed.length > 0 && html`<ul class="list problems">${failed.map((each) => html`<${Failed} each=${each} place=${place(each, goTo)} />`)}</ul>`}
    ${!busy && held.length > 0 && html`<details class="more"><summary>${t("ws.tests-list", { count: held.length })}</summary><ul class="list">${held.map((each) => html`<li><span>✓ ${each.name}</span>${place(each, goTo)}</li>`)}</ul></details>`}`;
}

const place = (each, goTo) => goTo && html`<button class="plain" onClick=${() => goTo(each.line)}>${t("ws.line", { line: each.line })}</button>`;

function Failed({ each, place }) {
  return html`<li class="error"><span><strong>✗ ${each.name}</strong>
    ${each.reasons.map((reason) => html`<small>${reason}</small>`)}
    ${each.lines.length > 0 && html`<details><summary>${t("ws.said-until")}</summary><ol class="chat">${each.lines.map((line) => html`<li class=${line.who}>${line.who === "customer" || line.who === "business" ? line.text : html`<small>${line.key} ${line.text}</small>`}</li>`)}</ol></details>`}</span>${place}</li>`;
}
