// What was published: of this file, each text beside one's own; of the whole business, each version to go back to.

import { html } from "htm/preact";
import { later } from "./later.js";
import { Press } from "./press.js";
import { moment, t } from "./words.js";

const Merge = later(() => import("./compare.js").then((part) => part.Compare));
const { nonce } = document.querySelector("[data-workshop]").dataset;

export const Compare = (props) => html`<${Merge} nonce=${nonce} ...${props} />`;

/** `restore` is false where nothing may be changed. */
export function History({ texts, mine, seen, look, restore }) {
  if (!texts) return html`<p class="empty">${t("ws.loading")}</p>`;
  return html`<h3>${t("ws.history")}</h3>
    ${texts.length ? html`<ul class="list history">${texts.map((each) => html`<li>
      <span>${each.number ? `#${each.number} ${each.why}` : t("ws.first")}${each.at && html`<small>${moment(each.at)} · ${each.by}</small>`}</span>
      <button class="second" aria-expanded=${seen === each.number} onClick=${() => look(each.number)}>${t("ws.look")}</button>
      ${restore && html`<button class="second" onClick=${() => restore(each.text)}>${t("ws.restore")}</button>`}
      ${seen === each.number && html`<div class="whole">${mine === each.text ? html`<p class="empty">${t("ws.as-yours")}</p>` : html`<${Compare} mine=${mine} theirs=${each.text} />`}</div>`}
    </li>`)}</ul>` : html`<p class="empty">${t("ws.no-history")}</p>`}`;
}

/** `rollback` is false for who may not publish. */
export const Versions = ({ versions, rollback, busy }) => html`<h3>${t("ws.all-files")}</h3><ul class="list">${versions.map((each) => html`<li>
  <span>#${each.number} ${each.why}<small>${moment(each.at)} · ${each.by}${each.in_force ? ` · ${t("ws.in-force")}` : ""}</small></span>
  ${!each.in_force && rollback && html`<${Press} class="second" busy=${busy} act=${() => rollback(each.number)}>${t("ws.rollback")}<//>`}</li>`)}</ul>`;
