// What a word means, shown at the cursor until one goes on.

import { StateEffect, StateField } from "@codemirror/state";
import { EditorView, keymap, showTooltip } from "@codemirror/view";
import { t } from "./words.js";

const shows = StateEffect.define();

const field = StateField.define({
  create: () => null,
  update(shown, change) {
    for (const effect of change.effects) if (effect.is(shows)) return effect.value;
    return change.docChanged || change.selection ? null : shown;
  },
  provide: (self) => showTooltip.from(self),
});

export const explained = [
  field,
  keymap.of([{ key: "Escape", run: (view) => Boolean(view.state.field(field)) && (view.dispatch({ effects: shows.of(null) }), true) }]),
];

/** `hover` is {pos, title, doc}, or nothing where the word has no meaning of its own. Read aloud as well. */
export function explaining(view, hover) {
  const said = hover ? `${hover.title}. ${hover.doc}` : t("ws.no-meaning");
  const about = hover ?? { title: t("ws.no-meaning"), doc: "", pos: view.state.selection.main.head };
  view.focus();
  view.dispatch({ effects: [shows.of({ pos: about.pos, above: true, create: () => ({ dom: titled(about) }) }), EditorView.announce.of(said)] });
}

export function titled({ title, doc }) {
  const dom = document.createElement("div");
  dom.className = "explained";
  dom.appendChild(document.createElement("strong")).textContent = title;
  if (doc) dom.appendChild(document.createElement("p")).textContent = doc;
  return dom;
}
