// The conversations that this browser keeps: a list of them, and the turns of each under a name of their own.
import { read, remove, write } from "./store.js";

const MAX_TURNS = 200; // kept of a conversation
const LONGEST_NAME = 120; // characters
export const UNDO_MS = 30_000; // for which a deleted conversation can be had back
const WHY = /<details class="why">[\s\S]*<\/details>(?=<p class="actions">)/; // the longest part of a turn

let here = sessionStorage.getItem("quoth.conversation"); // each tab has a conversation of its own

// Not crypto.randomUUID, which browsers refuse to pages that come over plain HTTP from another machine.
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Newest first, with those that were deleted a moment ago.
export function all() {
  return read("conversations", []).sort((one, other) => other.at - one.at);
}

export function find(id) {
  return read("conversations", []).find((one) => one.id === id);
}

// The conversation that is open in this tab: the last one, unless another was chosen.
export function current() {
  if (!here) open(all().find((one) => !one.deleted)?.id ?? newId());
  return here;
}

export function open(id) {
  here = id;
  sessionStorage.setItem("quoth.conversation", id);
}

export function begin() {
  open(newId());
}

export function turnsOf(id) {
  return read(`turns.${id}`, []);
}

// Keeps a turn: `{id, question, text, html}`. Returns whether there was room for it.
export function keep(id, turn) {
  const turns = [...turnsOf(id).filter((one) => one.id !== turn.id), turn].slice(-MAX_TURNS);
  const named = find(id)?.name ?? turns.find((one) => one.question)?.question.slice(0, LONGEST_NAME);
  if (!named) return true; // nothing was asked yet
  return store(`turns.${id}`, turns) && change(id, { name: named, count: turns.length, at: Date.now() });
}

// Changes what the list says of a conversation. Returns whether there was room.
export function change(id, news) {
  const known = find(id);
  if (!known && !news.name) return true;
  const others = read("conversations", []).filter((one) => one.id !== id);
  return write("conversations", [...others, { ...known, ...news, id }]);
}

// Forgets the conversations that were deleted more than a moment ago.
export function purge() {
  const gone = read("conversations", []).filter(({ deleted }) => deleted && Date.now() - deleted >= UNDO_MS);
  for (const { id } of gone) remove(`turns.${id}`);
  if (gone.length) write("conversations", read("conversations", []).filter(({ id }) => !gone.some((one) => one.id === id)));
}

// Takes over the one conversation that earlier versions kept.
export function adopt() {
  const earlier = read("turns", []);
  if (!earlier.length) return;
  const id = newId();
  for (const { id: turn, html } of earlier) keep(id, { id: turn, ...said(fresh(html)), html });
  change(id, { topicEnd: read("topic-end", null) });
  remove("turns");
  remove("topic-end");
  open(id);
}

export function fresh(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.firstElementChild;
}

// The question and the answer of a turn, by which conversations are named and found.
export function said(article) {
  const record = article.dataset.record ? JSON.parse(article.dataset.record) : {};
  return { question: article.querySelector(".question")?.textContent ?? "", text: record.text ?? "" };
}

// When there is no room, the explanations of older conversations make way first.
function store(name, value) {
  if (write(name, value)) return true;
  for (const { id } of all().reverse()) {
    const turns = turnsOf(id).map((one) => ({ ...one, html: one.html.replace(WHY, "") }));
    if (write(`turns.${id}`, turns) && write(name, value)) return true;
  }
  return false;
}
