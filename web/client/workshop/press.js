// A button for what somebody does: while that is on its way it is busy, and pressed again it does nothing more.

import { html } from "htm/preact";

/** Busy, not disabled: a disabled button loses the keyboard's place. */
export function Press({ busy, act, children, ...more }) {
  return html`<button type="button" ...${more} aria-busy=${busy ? "true" : "false"} aria-disabled=${busy ? "true" : "false"} onClick=${() => busy || act()}>${children}</button>`;
}
