// Before a draft is in force: what it changes, what stands in its way, what becomes of those who are talking now.

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "./words.js";

const SIGNS = { passed: "✓", refused: "✗", undecided: "?", skipped: "·" };
const LINES = { gone: "−", new: "+" };

/** Where something was found; folded where the main of it stands above already. */
function Places({ check }) {
  if (!check.findings.length) return "";
  const list = html`<ul>${check.findings.map((each) => html`<li>${each.file}:${each.line}: ${each.reason}</li>`)}</ul>`;
  return check.details.length ? html`<details><summary>${t("ws.all-places", { count: check.findings.length })}</summary>${list}</details>` : list;
}

export function Publish({ review, error, publish, close, seeTests, mayPublish }) {
  const [why, setWhy] = useState("");
  const [accept, setAccept] = useState("");
  const [state, setState] = useState({});
  const box = useRef();
  useEffect(() => { box.current?.showModal(); }, []);
  const send = async (event) => {
    event.preventDefault();
    if (state.busy) return;
    setState({ busy: true });
    setState(await publish(why, accept));
  };
  const possible = review && (review.may || review.undecided);
  const ready = review && (review.may || (review.undecided && accept.trim())) && why.trim() && mayPublish;
  return html`
    <dialog ref=${box} class="publish" aria-labelledby="publish-title" onClose=${close}>
      <h2 id="publish-title">${t("ws.publish")}</h2>
      ${error && html`<p class="wrong" role="alert">${error}</p>`}
      ${!review && !error && html`<p class="empty" role="status">${t("ws.judging")}</p>`}
      ${review && !review.files.length && html`<p class="empty">${t("ws.nothing-drafted")}</p>`}
      ${review && review.files.length > 0 && html`
        <p>${review.files.map((file) => html`<code>${file}</code> `)}</p>
        ${review.why_not && html`<p class="wrong" role="alert"><strong>${t("ws.cannot")}</strong> ${review.why_not}</p>`}
        <h3>${t("ws.checks")}</h3>
        <ul class="checks">${review.checks.map((check) => html`<li class=${check.verdict}><span aria-hidden="true">${SIGNS[check.verdict]}</span> <strong>${check.name}</strong>: ${check.summary}
          ${check.name === "tests" && check.verdict === "refused" && html` <button type="button" class="plain" onClick=${seeTests}>${t("ws.see-tests")}</button>`}
          ${check.details.length > 0 && html`<pre tabindex="0">${check.details.join("\n")}</pre>`}
          <${Places} check=${check} /></li>`)}</ul>
        ${review.changes.length > 0 && html`<h3>${t("ws.changes")}</h3><pre class="changes" tabindex="0">${review.changes.join("\n")}</pre>`}
        <h3>${t("ws.text-changes")}</h3>
        ${review.differences.map((each) => html`<details open=${review.differences.length === 1}><summary><code>${each.file}</code></summary>
          ${each.lines.length ? html`<pre class="differs" tabindex="0">${each.lines.map(([sort, line]) => html`<span class=${sort}>${LINES[sort] ?? " "} ${line}${"\n"}</span>`)}</pre>` : html`<p class="quiet">${t("ws.as-in-force")}</p>`}</details>`)}
        ${(review.may || review.impact.length > 0) && html`<h3>${t("ws.impact")}</h3>`}
        ${!review.may && !review.impact.length ? "" : review.impact.length ? html`<ul>${review.impact.map((line) => html`<li>${line}</li>`)}</ul>` : html`<p class="quiet">${t("ws.nobody-touched")}</p>`}
        ${possible && html`<form onSubmit=${send}>
          ${review.undecided && html`<label for="accept">${t("ws.accept")}</label><input id="accept" value=${accept} onInput=${(e) => setAccept(e.target.value)} />`}
          <label for="why">${t("ws.why-publish")}</label>
          <input id="why" value=${why} onInput=${(e) => setWhy(e.target.value)} maxlength="300" required />
          ${state.error && html`<p class="wrong" role="alert">${state.error}</p>`}
          ${!mayPublish && html`<p class="hint">${t("ws.may-not")}</p>`}
          <div class="row"><button disabled=${!ready} aria-busy=${state.busy ? "true" : "false"} aria-disabled=${state.busy ? "true" : "false"}>${state.busy ? t("ws.judging") : review.needs_approval ? t("ws.propose") : t("ws.publish-now")}</button>
          <button type="button" class="second" onClick=${() => box.current.close()}>${t("cancel")}</button></div>
        </form>`}`}
      ${!(possible && review.files.length) && html`<p class="row"><button type="button" class="second" onClick=${() => box.current.close()}>${t("cancel")}</button></p>`}
    </dialog>`;
}
