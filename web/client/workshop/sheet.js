// A decision table as a table. A changed cell changes its characters in the text, and no others.

import { html } from "htm/preact";
import { t } from "./words.js";

export function Sheet({ sheet, editable, put, goTo }) {
  if (!sheet) return html`<p class="empty">${t("ws.no-picture")}</p>`;
  return html`
    <p class="hint chips">${t("ws.hit", { hit: sheet.hit })} ${Object.entries(sheet.facts).map(([name, kind]) => html`<span class="chip"><code>${name}: ${kind}</code></span> `)}</p>
    <div class="wide" tabindex="0" role="region" aria-label=${sheet.name}>
      <table class="sheet">
        <thead><tr><th>${t("ws.row")}</th><th>${t("ws.when")}</th>${sheet.outputs.map((name) => html`<th>${name || t("ws.then")}</th>`)}<th>${t("ws.because")}</th></tr></thead>
        <tbody>
          ${sheet.rows.map((row) => html`<tr>
            <th scope="row"><button class="plain" onClick=${() => goTo(row.line)}>${row.id}</button></th>
            ${[row.when, ...sheet.outputs.map((name) => row.then[name]), row.because].map((cell, place) => html`<td data-label=${["", ...sheet.outputs, ""][place] || [t("ws.when"), t("ws.because")][place ? 1 : 0]}><${Cell} cell=${cell} label=${`${row.id}, ${["", ...sheet.outputs, ""][place] || [t("ws.when"), t("ws.because")][place ? 1 : 0]}`} editable=${editable} put=${put} /></td>`)}
          </tr>`)}
        </tbody>
      </table>
    </div>`;
}

function Cell({ cell, label, editable, put }) {
  if (!cell || cell.absent) return html`<span class="quiet">–</span>`;
  if (!editable) return html`<code>${cell.text}</code>`;
  const done = (event) => event.target.value !== cell.text && put(cell.path, event.target.value);
  const enter = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // one line in the text
    done(event);
  };
  // Its first value only: whatever is drawn anew while somebody types must not take back what was typed.
  return html`<textarea class="cell" aria-label=${label} defaultValue=${cell.text} key=${cell.path.join(".") + cell.text} onChange=${done} onKeyDown=${enter}
    rows=${Math.ceil(cell.text.length / 26) || 1} cols=${Math.min(Math.max(cell.text.length, 6), 26)} spellcheck="false"></textarea>`;
}
