// A conversation as Markdown: questions as headings, answers as quotations with their sources.
export function exported(records) {
  return ["# Questions and answers", ...records.map(turn)].join("\n\n") + "\n";
}

function turn(record) {
  if (!record.found) return `## ${plain(record.question)}\n\nNot found in the documents.`;
  const lines = [`## ${plain(record.question)}`, `**${plain(record.text)}**`, `> ${plain(record.citations[0].sentence)}`];
  return [...lines, record.citations.map((one) => `- ${place(one)}`).join("\n")].join("\n\n");
}

function place(citation) {
  const page = citation.page ? `page ${citation.page}` : "";
  const where = `characters ${citation.start} to ${citation.end}`;
  return [citation.title, citation.path, page, citation.date, where].filter(Boolean).map(plain).join(" · ");
}

// Document text is untrusted: characters with a meaning in Markdown or HTML are escaped, direction controls replaced.
function plain(value) {
  return String(value)
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ")
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[\\`*_{}[\]()#+!|~:$^]/g, "\\$&")
    .trim()
    .replace(/^-/, "\\-")
    .replace(/^(\d+)\./, "$1\\.")
    .replace(/\b(www)\./gi, "$1\\."); // which GitHub's Markdown would turn into a link
}
