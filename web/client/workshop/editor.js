// The text: YAML with what the server finds in it underlined, and with what may be written offered.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, completionStatus } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { forceLinting, lintGutter, lintKeymap, linter, nextDiagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, hoverTooltip, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { t } from "./words.js";

const PAUSE = 250; // milliseconds of quiet before the text is looked at

/** `ask` is {check, complete, hover}, each about exactly the given text; `changed` hears of every edit. */
export function editor(parent, { text, nonce, editable, ask, changed, found }) {
  const readOnly = new Compartment(), scheme = new Compartment();
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorView.cspNonce.of(nonce),
        EditorView.contentAttributes.of({ "aria-label": t("ws.editor"), tabindex: "0" }),
        scheme.of(EditorView.darkTheme.of(dark.matches)),
        readOnly.of([EditorState.readOnly.of(!editable), EditorView.editable.of(true)]),
        lineNumbers(), foldGutter(), codeFolding(), highlightActiveLine(), highlightActiveLineGutter(), drawSelection(),
        history(), indentOnInput(), bracketMatching(), closeBrackets(), highlightSelectionMatches(), lintGutter(),
        indentUnit.of("  "), EditorState.tabSize.of(2), EditorView.lineWrapping,
        yaml(), syntaxHighlighting(classHighlighter),
        autocompletion({ override: [offers(ask)], icons: false }),
        hoverTooltip(explains(ask)),
        linter(findings(ask, found), { delay: PAUSE }),
        keymap.of([
          ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap,
          ...completionKeymap, ...lintKeymap, indentWithTab,
        ]),
        EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
      ],
    }),
  });
  dark.addEventListener("change", () => view.dispatch({ effects: scheme.reconfigure(EditorView.darkTheme.of(dark.matches)) }));
  return {
    view,
    text: () => view.state.doc.toString(),
    replace(next) {
      if (next === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    goTo(line) {
      const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      view.dispatch({ selection: { anchor: at.from }, effects: EditorView.scrollIntoView(at.from, { y: "start", yMargin: 60 }) });
      view.focus();
    },
    next: () => nextDiagnostic(view),
    lookAgain: () => forceLinting(view),
    apply: (fix) => apply(view, fix),
  };
}

/** A place of the file (line and column from 1) as an offset into the document. */
function offset(doc, line, column) {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(at.from + column - 1, at.to);
}

function findings(ask, found) {
  return async (view) => {
    if (completionStatus(view.state)) return current(view); // silent while a list is open
    const doc = view.state.doc;
    let told;
    try {
      told = (await ask.check(doc.toString())).findings;
    } catch (error) {
      found({ error });
      return current(view);
    }
    found({ findings: told });
    const made = told.filter((each) => each.file === ask.file()).map((each) => diagnostic(doc, each));
    view.lastDiagnostics = made;
    return made;
  };
}

const current = (view) => view.lastDiagnostics ?? [];

function diagnostic(doc, each) {
  const from = offset(doc, each.line, each.column);
  const to = Math.max(offset(doc, each.end_line, each.end_column), Math.min(from + 1, doc.length));
  const title = each.suggestion ? `${each.reason} ${each.suggestion}` : each.reason;
  return {
    from, to,
    severity: each.severity === "note" ? "info" : each.severity,
    source: each.code,
    message: title,
    actions: each.fix ? [{ name: each.fix.title, apply: (view) => apply(view, each.fix) }] : [],
  };
}

function apply(view, fix) {
  const doc = view.state.doc;
  const changes = fix.edits.map((edit) => ({
    from: offset(doc, edit.line, edit.column), to: offset(doc, edit.end_line, edit.end_column), insert: edit.text,
  }));
  view.dispatch({ changes });
  view.focus();
}

function offers(ask) {
  return async (context) => {
    const word = context.matchBefore(/[\w.:/-]*/);
    if (!context.explicit && word.from === word.to && !/[{[,:-] $|^\s*$/.test(before(context))) return null;
    const line = context.state.doc.lineAt(context.pos);
    const { items } = await ask.complete(context.state.doc.toString(), line.number, context.pos - line.from + 1);
    if (context.aborted || !items.length) return null;
    const from = line.from + items[0].column - 1;
    return {
      from,
      options: items.filter((item) => line.from + item.column - 1 === from).map((item, place) => ({
        label: item.label,
        apply: item.insert,
        detail: item.detail || item.kind,
        info: item.doc || undefined,
        boost: -place / 1000,
      })),
      filter: false,
    };
  };
}

const before = (context) => {
  const line = context.state.doc.lineAt(context.pos);
  return line.text.slice(0, context.pos - line.from);
};

function explains(ask) {
  return async (view, pos) => {
    const line = view.state.doc.lineAt(pos);
    const { hover } = await ask.hover(view.state.doc.toString(), line.number, pos - line.from + 1);
    if (!hover) return null;
    const from = line.from + hover.column - 1;
    return {
      pos: from, end: from + hover.length, above: true,
      create() {
        const dom = document.createElement("div");
        dom.className = "explained";
        const title = dom.appendChild(document.createElement("strong"));
        title.textContent = hover.title;
        if (hover.doc) dom.appendChild(document.createElement("p")).textContent = hover.doc;
        return { dom };
      },
    };
  };
}

