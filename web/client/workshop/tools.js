// What the editor can do, for those who do not know its keys; and its keys.

import { foldAll, unfoldAll } from "@codemirror/language";
import { nextDiagnostic } from "@codemirror/lint";
import { openSearchPanel } from "@codemirror/search";
import { showPanel } from "@codemirror/view";
import { t } from "./words.js";

const KEYS = [
  ["Ctrl F", "ws.search"], ["Shift Alt F", "ws.format"], ["Ctrl Alt [ ]", "ws.fold-all"], ["F8", "ws.next-problem"],
  ["F1", "ws.explain"], ["Ctrl Space", "ws.key-offers"], ["Ctrl Z", "ws.key-undo"], ["Esc, Tab", "ws.key-leave"],
];

/** `format` is false where nothing may be changed. */
export const tools = (format, explain) => showPanel.of((view) => {
  const dom = document.createElement("div");
  dom.className = "tools";
  const acts = [
    ["ws.search", () => openSearchPanel(view)], format && ["ws.format", format],
    ["ws.fold-all", () => foldAll(view)], ["ws.unfold-all", () => unfoldAll(view)],
    ["ws.next-problem", () => { nextDiagnostic(view); view.focus(); }], ["ws.explain", explain],
  ];
  for (const [key, act] of acts.filter(Boolean)) {
    const button = dom.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "plain";
    button.textContent = t(key);
    button.addEventListener("click", act);
  }
  dom.appendChild(keys(format));
  return { dom, top: true };
});

function keys(format) {
  const box = document.createElement("details");
  box.appendChild(document.createElement("summary")).textContent = t("ws.keys");
  const list = box.appendChild(document.createElement("ul"));
  for (const [key, means] of KEYS.filter(([, means]) => format || means !== "ws.format")) {
    const line = list.appendChild(document.createElement("li"));
    line.appendChild(document.createElement("kbd")).textContent = key;
    line.append(` ${t(means)}`);
  }
  return box;
}
