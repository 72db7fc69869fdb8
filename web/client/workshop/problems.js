// What is found in the text, and what that breaks elsewhere.

import { html } from "htm/preact";
import { t } from "./words.js";

/** `mend` applies a finding's fix, where the text may be changed. */
export function Problems({ findings, file, goTo, mend }) {
  if (!findings.length) return html`<p class="empty">${t("ws.no-problems")}</p>`;
  return html`<ul class="list problems">${findings.map((each) => html`<li class=${each.severity}>
    <span><button class="plain" onClick=${() => each.file === file ? goTo(each.line) : window.location.assign(`?file=${encodeURIComponent(each.file)}`)}>${each.file === file ? t("ws.line", { line: each.line }) : `${each.file}:${each.line}`}</button> ${each.reason} ${each.suggestion}<small>${each.code}</small></span>
    ${each.fix && mend && each.file === file && html`<button class="second" onClick=${() => mend(each.fix)}>${each.fix.title}</button>`}
  </li>`)}</ul>`;
}
