// A conversation or a decision that was tried, kept as a case of the tests beside the file.

import { draft, inTurn, read } from "./api.js";

export const testsOf = (file) => file.replace(/(\.test)?\.yaml$/, ".test.yaml");

/** `made` is the case in YAML, `tests` what it tests ("flow:booking"). Read and written in one turn: two are both kept. */
export const keep = (file, made, tests) => inTurn(async () => {
  const beside = testsOf(file);
  const opened = await read(`/file?file=${encodeURIComponent(beside)}`);
  const head = opened.text || `tests: ${tests}\ncases:\n`;
  await draft({ file: beside, text: `${head.trimEnd()}\n\n${distinct(made.trimEnd(), head)}\n`, base: opened.base });
});

/** Tests that expect what is said now, in one's draft of them. */
export const reword = (file, tests) => inTurn(async () => {
  const beside = testsOf(file);
  const { base } = await read(`/file?file=${encodeURIComponent(beside)}`);
  await draft({ file: beside, text: tests, base });
});

/** The case under a name that no other case of the file has. */
function distinct(made, head) {
  const [whole, name] = made.match(/- name: "?([^"\n]*)"?/);
  const taken = new Set([...head.matchAll(/- name: "?([^"\n]*)"?/g)].map(([, each]) => each.trim()));
  let number = 1;
  while (taken.has(number === 1 ? name : `${name} (${number})`)) number += 1;
  return number === 1 ? made : made.replace(whole, `- name: "${name} (${number})"`);
}
