// What can be done with an answer: copy it or its address, and say whether it is right.
import { copy, fragment, notice, on } from "./actions.js";
import { posted } from "./sheet_form.js";

export function start(keep, askWhatIsRight) {
  on("copy", (button) => copyAnswer(recordOf(button)));
  on("copy-row", (button) => copy(quotation(recordOf(button)), "Row copied with its source"));
  on("link", (button) => copy(address(recordOf(button).citations[0]), "Link copied"));
  on("verdict", (button) => judge(button, keep, askWhatIsRight));
}

export function recordOf(element) {
  return JSON.parse(element.closest("[data-record]").dataset.record);
}

function address(citation) {
  return new URL(citation.address, location.origin + location.pathname).href;
}

// A table's cell is copied alone, so that it can be pasted into another table.
function copyAnswer(record) {
  if (record.citations[0].table) return copy(flat(record.text), "Copied");
  return copy(quotation(record), "Copied with its source");
}

function quotation(record) {
  const [first] = record.citations;
  const place = [first.title, first.page && `page ${first.page}`, first.date && `${first.dated ?? ""} ${first.date}`].filter(Boolean).join(", ");
  return `“${flat(first.sentence)}”\n— ${flat(place)}`;
}

// On one line: the line breaks of a document are those of its page, not of its sentences.
export function flat(words) {
  return words.replace(/\s+/g, " ").trim();
}

async function judge(button, keep, askWhatIsRight) {
  const turn = button.closest("article");
  const { verdict } = button.dataset;
  try {
    await fragment("ui/verdicts", posted({ turn: turn.dataset.turn, verdict, ...recordOf(button) }));
  } catch (error) {
    return notice(error.message);
  }
  for (const one of turn.querySelectorAll("[data-do=verdict]"))
    one.setAttribute("aria-pressed", String(one === button));
  turn.querySelector(".right-is")?.remove();
  keep(turn);
  if (verdict === "down") askWhatIsRight(turn);
  else notice("Thank you. Kept for “Check yourself”.");
}
