// Two texts beside each other.

import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "./words.js";

/** Two texts side by side. With `take`, parts of the left one can be taken over, and the result goes into the editor. */
export function Compare({ nonce, mine, theirs, take, label }) {
  const [box, setBox] = useState(null);
  const view = useRef();
  useEffect(() => {
    if (!box) return undefined;
    const plain = [EditorView.cspNonce.of(nonce), EditorView.lineWrapping];
    const fixed = [...plain, EditorState.readOnly.of(true), EditorView.editable.of(false)];
    const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
    plain.push(EditorView.darkTheme.of(dark));
    fixed.push(EditorView.darkTheme.of(dark));
    const called = (key) => EditorView.contentAttributes.of({ "aria-label": t(key), tabindex: "0" });
    const arrow = () => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "take";
      button.textContent = "→";
      button.title = t("ws.take-over");
      button.setAttribute("aria-label", t("ws.take-over"));
      return button;
    };
    view.current = new MergeView({
      a: { doc: theirs, extensions: [...fixed, called("ws.other-text")] }, b: { doc: mine, extensions: [...(take ? plain : fixed), called("ws.your-text")] }, parent: box, collapseUnchanged: {},
      ...(take ? { revertControls: "a-to-b", renderRevertControl: arrow } : {}),
    });
    return () => view.current.destroy();
  }, [box, mine, theirs]);
  return html`<div class="compare" ref=${setBox}></div>
    ${take && html`<p><button class="second" onClick=${() => take(view.current.b.state.doc.toString())}>${label}</button></p>`}`;
}
