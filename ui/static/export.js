// A conversation as Markdown: questions as headings, answers as quotations with their sources.
export function exported(records) {
  return ["# Questions and answers", ...records.map(turn)].join("\n\n") + "\n";
}

function turn(record) {
  if (!record.found) return `## ${plain(record.question)}\n\nNot found in the documents.`;
  const [first] = record.citations;
  const said = first.table ? rows(first.table) : [`**${plain(record.text)}**`, `> ${plain(first.sentence)}`];
  const lines = [`## ${plain(record.question)}`, ...said];
  return [...lines, record.citations.map((one) => `- ${place(one)}`).join("\n")].join("\n\n");
}

// The rows around a table's cell as a Markdown table, with the cell in bold.
function rows(table) {
  const [hit, column] = table.answer;
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const body = table.cells.map((cells, row) =>
    line(cells.map((cell, at) => (row === hit && at === column ? `**${plain(cell)}**` : plain(cell)))),
  );
  const grid = [line(table.columns.map(plain)), line(table.columns.map(() => "---")), ...body].join("\n");
  const said = `**${plain(table.cells[hit][column])}** (${plain(table.place)})`;
  return [said, ...(table.caption ? [plain(table.caption)] : []), grid, `Row ${table.row} of ${table.rows}`];
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
