// A table tried: its facts as a form, what it decides with them, and row by row why.

import { html } from "htm/preact";
import { Press } from "./press.js";
import { t } from "./words.js";

const TYPES = { number: "text", date: "date", time: "time" };

export function Asking({ ruled, facts, type, error, ask, goTo, saveTest, keeping }) {
  if (error) return html`<p class="wrong" role="alert">${error}</p>`;
  if (!ruled) return html`<p class="empty">${t("ws.loading")}</p>`;
  const written = Object.fromEntries(ruled.facts.map((fact) => [fact.name, fact.written]));
  const put = (name, value) => ask({ ...written, ...facts, [name]: value });
  return html`
    <div class="trybar"><button class="second" onClick=${() => ask({})}>${t("ws.reset")}</button>
      ${saveTest && html`<${Press} class="second" busy=${keeping} act=${saveTest} disabled=${!ruled.test}>${t("ws.save-test")}<//>`}</div>
    <div class="ruled" aria-live="polite">
      ${ruled.error && html`<p class="wrong" role="alert">${ruled.error}</p>`}
      ${ruled.rows.length > 0 && html`
        <p class="done"><strong>${t("ws.decides")}</strong> ${ruled.hit.length ? html`<code>${ruled.result}</code>` : t("ws.decides-nothing")}<br /><small>${(ruled.because.length ? ruled.because : ruled.hit).join(" · ")}</small></p>
`}
    </div>
    <fieldset class="facts"><legend>${t("ws.facts")}</legend>${ruled.facts.map((fact) => html`<${Fact} fact=${{ ...fact, written: fact.name in facts ? facts[fact.name] : fact.written }} key=${fact.name} put=${put} type=${type} />`)}</fieldset>
    ${ruled.rows.length > 0 && html`<div>
        <h3>${t("ws.rows-tried")}</h3>
        <ol class="tried-rows">${ruled.rows.map((row) => html`<${Row} row=${row} goTo=${goTo} />`)}</ol></div>`}`;
}

function Fact({ fact, put, type }) {
  const id = `fact-${fact.name}`;
  const change = (event) => put(fact.name, event.target.value);
  const unknown = fact.written === null;
  return html`<div class="fact">
    <label for=${id}>${fact.name} <small>${fact.type}</small></label>
    ${fact.base === "yes_no"
      ? html`<select id=${id} value=${unknown ? "" : fact.written} onChange=${(event) => put(fact.name, event.target.value || null)}>
          <option value="true">${t("ws.yes")}</option><option value="false">${t("ws.no")}</option><option value="">${t("ws.unknown")}</option></select>`
      : html`<span class="known"><input id=${id} type=${TYPES[fact.base] ?? "text"} inputmode=${fact.base === "number" ? "decimal" : undefined} value=${fact.written ?? ""} disabled=${unknown}
          onInput=${(event) => type(fact.name, event.target.value)} onChange=${change} aria-invalid=${fact.wrong ? "true" : "false"} aria-describedby=${fact.wrong ? `${id}-wrong` : undefined} spellcheck="false" autocomplete="off" />
          <label class="unknown"><input type="checkbox" checked=${unknown} onChange=${(event) => put(fact.name, event.target.checked ? null : fact.base === "number" ? "0" : "")} /> ${t("ws.unknown")}</label></span>`}
    ${fact.wrong && html`<p class="wrong" id=${`${id}-wrong`} role="alert">${fact.wrong}</p>`}
  </div>`;
}

const SIGNS = { held: "✓", not: "✗", after: "·" };

function Row({ row, goTo }) {
  const read = Object.entries(row.values).map(([name, value]) => `${name} = ${value === null ? "?" : typeof value === "object" ? JSON.stringify(value) : value}`);
  return html`<li class=${row.verdict}>
    <span aria-hidden="true">${SIGNS[row.verdict]}</span> ${row.line ? html`<button class="plain" onClick=${() => goTo(row.line)}>${row.id}</button>` : row.id}
    ${row.verdict === "after" ? html` <small>${t("ws.not-reached")}</small>` : html` <code>${row.when || t("ws.always")}</code>${read.length > 0 && html`<br /><small>${read.join(", ")}</small>`}`}
  </li>`;
}
