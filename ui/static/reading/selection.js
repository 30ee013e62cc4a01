// What is copied from a document reads as running text: no line ends and no hyphens from the middle of a sentence.
export function start(viewer) {
  viewer.addEventListener("copy", (event) => {
    if (event.target.closest?.("input")) return;
    const words = String(getSelection());
    if (!words) return;
    event.clipboardData.setData("text/plain", flowing(words));
    event.preventDefault();
  });
}

const HYPHENATED = /(\p{L})[-\u00ad\u2010][ \t]*\n[ \t]*(?=\p{Ll})/gu;
const WITHIN = /(?<=[^\n.!?:;])[ \t]*\n[ \t]*(?=[^\n\s•▪◦*\u2013-])/g; // a single line end, and not before an item of a list

export function flowing(text) {
  return text.includes("\t") ? text : text.replace(/\r\n?/g, "\n").replace(HYPHENATED, "$1").replace(WITHIN, " ");
}
