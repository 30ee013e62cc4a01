// The form of a question sheet: its name, its questions and the documents to ask.
import { problem } from "./actions.js";
import { read, write } from "./store.js";

// Calls `asked` with the address of the sheet once the server has begun to ask it.
export function start(board, asked) {
  board.addEventListener("input", (event) => event.target.closest("form") && typed(event.target));
  board.addEventListener("submit", (event) => submit(event, asked));
}

export function posted(body) {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function typed(field) {
  const form = field.closest("form");
  if (field.matches("[data-find-document]")) return list(form);
  if (field.matches("[data-collection]")) limit(form);
  choose(form);
  if (form.dataset.new !== undefined) write("sheet", { name: form.elements.name.value, questions: form.elements.questions.value });
}

// Lists the documents of the collection whose names have the words that were typed.
function list(form) {
  const wanted = form.querySelector("[data-find-document]")?.value.toLowerCase() ?? "";
  const members = memberships(form);
  for (const [position, one] of form.querySelectorAll(".choose li").entries()) {
    one.hidden = !one.textContent.toLowerCase().includes(wanted) || Boolean(members && !members.has(String(position)));
  }
}

// Documents outside the collection are no longer chosen.
function limit(form) {
  const members = memberships(form);
  for (const [position, box] of form.querySelectorAll("[name=document]").entries()) box.checked &&= !members || members.has(String(position));
  list(form);
}

// The positions of the collection's documents in the list; null for any document.
function memberships(form) {
  const members = form.elements.collection?.selectedOptions[0].dataset.members;
  return members === undefined ? null : new Set(members.split(" "));
}

function choose(form) {
  const words = form.querySelector("[data-chosen-documents]");
  const chosen = form.querySelectorAll("[name=document]:checked").length;
  const collection = form.elements.collection;
  const total = Number(collection?.selectedOptions[0].dataset.count ?? words.dataset.total);
  const all = `${total.toLocaleString("en")} ${total === 1 ? "document" : "documents"}`;
  const of = collection?.value ? ` of ${collection.value}` : "";
  words.textContent = (chosen ? `${chosen} of ${all} chosen` : `${total === 1 ? "" : "All "}${all}`) + of;
}

// What was written in the form of a new sheet is kept in this browser until it is asked.
export function restore(board) {
  const form = board.querySelector("[data-sheet-form]");
  if (!form) return;
  list(form);
  choose(form);
  if (form.dataset.new === undefined) return;
  const draft = read("sheet", {});
  form.elements.name.value = draft.name ?? "";
  form.elements.questions.value = draft.questions ?? "";
}

async function submit(event, asked) {
  event.preventDefault();
  const form = event.target;
  const data = new FormData(form);
  const body = {
    name: data.get("name"),
    questions: data.get("questions"),
    documents: [...data.getAll("document"), ...data.getAll("pattern")],
    collection: data.get("collection") ?? "",
    each: data.get("each") === "yes",
    new: form.dataset.new !== undefined,
  };
  const response = await fetch("ui/sheets", posted(body)).catch(() => null);
  const words = response ? await response.text() : "";
  if (!response?.ok) {
    form.querySelector("[data-problem]").textContent = response ? problem(words) : "The server cannot be reached.";
    return;
  }
  if (body.new) write("sheet", {});
  asked(words);
}
