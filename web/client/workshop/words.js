// Sentences of the page, in the person's language; the server has them all.
const table = JSON.parse(document.getElementById("workshop-words").textContent);

export function t(key, blanks = {}) {
  const sentence = table[key] ?? key;
  return sentence.replace(/{(\w+)}/g, (_, name) => blanks[name] ?? "");
}
