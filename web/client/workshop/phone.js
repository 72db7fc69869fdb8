// The draft tried out: a phone on which one is the customer, the provider and the clock.

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Press } from "./press.js";
import { moment, t } from "./words.js";

const WAITS = [["ws.wait-next", 0], ["ws.wait-hour", 3600], ["ws.wait-day", 86400]];

export function Phone({ played, error, language, act, again, back, reset, speak, goTo, saveTest, keeping, busy }) {
  const [words, setWords] = useState("");
  const end = useRef();
  useEffect(() => end.current?.scrollIntoView({ block: "nearest" }), [played]);
  if (error) return html`<p class="wrong" role="alert">${error}</p>`;
  if (!played) return html`<p class="empty">${t("ws.loading")}</p>`;
  const say = (event) => {
    event.preventDefault();
    if (words.trim()) act({ key: "says", value: words.trim() });
    setWords("");
  };
  const taps = played.offers.filter((offer) => offer.kind === "tap");
  const answers = played.offers.filter((offer) => offer.kind === "answer");
  const events = played.offers.filter((offer) => offer.kind === "event");
  return html`
    <div class="tried">
      <div class="trybar">
        <label for="tongue">${t("ws.language")}</label>
        <select id="tongue" value=${language} onChange=${(e) => speak(e.target.value)}>${played.languages.map((each) => html`<option value=${each}>${each}</option>`)}</select>
        <button class="second" onClick=${back}>${t("ws.back")}</button>
        <button class="second" onClick=${() => act(again)} disabled=${!again || played.done || Boolean(played.stopped)}>${t("ws.again")}</button>
        <button class="second" onClick=${reset}>${t("ws.reset")}</button>
        ${saveTest && html`<${Press} class="second" busy=${keeping} act=${saveTest} disabled=${!played.test}>${t("ws.save-test")}<//>`}
      </div>
      <p class="hint">${moment(played.at)} · ${t("ws.stands", { state: played.state, flow: played.flow })}</p>
      <ol class="chat" aria-live="polite" aria-busy=${busy}>
        ${played.steps.map((step) => html`
          ${step.lines.map((line) => html`<${Bubble} line=${line} />`)}
          ${(step.guards.length > 0 || step.path.length > 0) && html`<li class="why"><details><summary>${t("ws.why")}${step.path.length > 0 ? ` → ${step.path.join(" → ")}` : ""}</summary>
            ${step.guards.map((guard) => html`<p class=${guard.result ? "held" : "not"}><button class="plain" onClick=${() => goTo(guard.line)}>${guard.line}</button> <code>${guard.source}</code> ${guard.result ? "✓" : "✗"}<br /><small>${Object.entries(guard.values).map(([name, value]) => `${name} = ${shown(value)}`).join(", ")}</small></p>`)}
          </details></li>`}
        `)}
        ${played.stopped && html`<li class="wrong" role="alert">${played.stopped}</li>`}
        ${played.done && html`<li class="ended">${t("ws.ended")}</li>`}
        <li ref=${end} aria-hidden="true"></li>
      </ol>
      ${!played.done && !played.stopped && html`
        ${taps.length > 0 && html`<div class="offers">${taps.map((offer) => html`<button class="tap" onClick=${() => act(offer.move)}>${offer.label}</button>`)}</div>`}
        <form class="say" onSubmit=${say}>
          <label class="unseen" for="words">${t("ws.say")}</label>
          <input id="words" value=${words} onInput=${(e) => setWords(e.target.value)} placeholder=${t("ws.say")} autocomplete="off" />
          <button>${t("ws.send")}</button>
        </form>
        ${answers.length > 0 && html`<fieldset><legend>${t("ws.answers")}</legend><div class="offers">${answers.map((offer) => html`<button class="second" onClick=${() => act(offer.move)}>${offer.label}</button>`)}</div></fieldset>`}
        ${events.length > 0 && html`<details class="more"><summary>${t("ws.events", { count: events.length })}</summary><div class="offers">${events.map((offer) => html`<button class="second" onClick=${() => act(offer.move)}>${offer.label}</button>`)}</div></details>`}
        <fieldset><legend>${t("ws.clock")}</legend><div class="offers">
          ${WAITS.map(([key, seconds]) => html`<button class="second" disabled=${!seconds && !played.timers.length} onClick=${() => act({ key: "wait", seconds })}>${t(key)}${!seconds && played.timers[0] ? ` (${played.timers[0].name})` : ""}</button>`)}
        </div></fieldset>
      `}
    </div>`;
}

function Bubble({ line }) {
  const plain = line.who === "customer" || line.who === "business";
  return html`<li class=${line.who}>${plain ? line.text : html`<small>${line.key} ${line.text}</small>`}</li>`;
}

const shown = (value) => (value === null ? "?" : typeof value === "object" ? JSON.stringify(value) : String(value));
