// A conversation as Markdown: questions as headings, answers as quotations with where they stand.
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

// Words of a document are never markup: every character that Markdown or HTML gives a meaning is escaped.
function plain(value) {
  return String(value)
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ")
    .replace(/[\u202a-\u202e]/g, "\ufffd")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[\\`*_{}[\]()#+!|~:$^]/g, "\\$&")
    .trim()
    .replace(/^-/, "\\-")
    .replace(/^(\d+)\./, "$1\\.")
    .replace(/\b(www)\./gi, "$1\\."); // GitHub's Markdown makes a link of it
}
