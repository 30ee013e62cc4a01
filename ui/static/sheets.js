// The view of question sheets: all of them and a form, or one as a table that fills while it is read.
import { confirmed, fragment, notice, on } from "./actions.js";
import { areOn } from "./keyboard.js";
import * as form from "./sheet_form.js";
import { close as closeViewer, goHomeTo, openedBy } from "./viewer.js";

const board = document.getElementById("board");
const viewer = document.getElementById("viewer");
const SHEET = /^#sheet\/([^/]+)(?:\/(\d+)\/(\d+))?$/;
const POLL = 700; // ms between two looks at a sheet that is being asked
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const VERDICTS = { r: "right", w: "wrong" };
let shown = ""; // the address of the sheet on the board
let began = null; // when this page first saw the sheet being asked, and how many cells were done then
let timer;

export function start() {
  addEventListener("hashchange", follow);
  on("cell", (button) => open(button.closest("td")));
  on("sift", sift);
  on("question", (button) => turnTo(column() + Number(button.dataset.step)));
  on("again", () => act("again"));
  on("stop-sheet", () => act("stop"));
  on("edit-sheet", () => put(`ui/sheets/${shown}/form`));
  on("back-to-sheet", () => load(shown));
  on("remove-sheet", remove);
  on("judge", (button) => judge(button.dataset.verdict));
  board.addEventListener("click", ({ target }) => target.matches("td:has(button)") && open(target));
  board.addEventListener("keydown", keys);
  form.start(board, (address) => {
    if (location.hash === `#sheet/${address}`) load(address);
    else location.hash = `#sheet/${address}`;
  });
  document.addEventListener("quoth:library", () => location.hash === "#sheets" && put("ui/sheets", false));
  follow();
}

// Shows what the page's address names; a source is shown beside whatever was there.
async function follow() {
  if (location.hash.startsWith("#source/")) return;
  const [, address, row, at] = SHEET.exec(location.hash) ?? [];
  const here = Boolean(address) || location.hash === "#sheets";
  document.body.classList.toggle("sheets", here);
  board.hidden = !here;
  for (const place of document.querySelectorAll("[data-place]")) {
    if ((place.dataset.place === "sheets") === here) place.setAttribute("aria-current", "page");
    else place.removeAttribute("aria-current");
  }
  goHomeTo(address ? `#sheet/${address}` : here ? "#sheets" : "");
  if (!here) {
    shown = "";
    clearTimeout(timer);
    if (location.hash === "#ask") history.replaceState(null, "", location.pathname);
    return;
  }
  if (!address) await put("ui/sheets");
  else if (address !== shown || !board.querySelector(".grid")) await load(address);
  if (row !== undefined) await showCell(Number(row), Number(at));
  else board.querySelector(".open")?.classList.remove("open");
}

// Puts a fragment on the board; returns whether there was one.
async function put(address, focus = true) {
  clearTimeout(timer);
  if (!address.endsWith("/form")) shown = "";
  try {
    board.innerHTML = await fragment(address);
  } catch (error) {
    const words = Object.assign(document.createElement("p"), { className: "problem told", textContent: error.message });
    words.setAttribute("role", "alert");
    board.replaceChildren(words);
    return false;
  }
  form.restore(board);
  if (focus) board.querySelector("h2")?.focus({ preventScroll: true });
  return true;
}

async function load(address, focus = true) {
  began = null;
  if (!(await put(`ui/sheets/${address}`, focus))) return;
  shown = address;
  const first = board.querySelector("[data-do=cell]");
  if (first) first.tabIndex = 0;
  turnTo(0);
  if (!board.querySelector("[data-fill]").hidden) timer = setTimeout(look, POLL);
}

// Takes in the cells that were asked since the last look. Nothing else moves.
async function look() {
  const grid = board.querySelector(".grid");
  if (!grid) return;
  let news;
  try {
    news = JSON.parse(await fragment(`ui/sheets/${shown}/progress?after=${grid.dataset.after}`));
  } catch {
    timer = setTimeout(look, 5 * POLL); // the connection check reports a lost server
    return;
  }
  if (!grid.isConnected) return;
  for (const cell of news.cells) replace(grid, cell);
  grid.dataset.after = news.after;
  for (const [key, count] of Object.entries(news.counts)) board.querySelector(`[data-count=${key}]`).textContent = count;
  filled(news);
  rows();
  if (news.state === "asking" || news.state === "waiting") timer = setTimeout(look, POLL);
  else if (news.problem) await load(shown, false);
  else ended(news.state);
}

// Only the tools change, so that the cell that is being read keeps its place and the focus.
function ended(state) {
  board.querySelector("[data-fill]").hidden = true;
  const main = board.querySelector(".does .main");
  main.textContent = state === "done" ? "Ask again" : "Go on";
  main.hidden = false;
}

function replace(grid, { row, column: at, html }) {
  const old = place(row, at, grid);
  const cell = fresh(html);
  cell.classList.toggle("mine", old.classList.contains("mine"));
  cell.classList.toggle("open", old.classList.contains("open"));
  const focused = old.contains(document.activeElement);
  const next = cell.querySelector("button");
  if (next && !grid.querySelector("[data-do=cell][tabindex='0']")) next.tabIndex = 0;
  if (old.querySelector("[tabindex='0']") && next) next.tabIndex = 0;
  old.replaceWith(cell);
  if (focused) next?.focus({ preventScroll: true });
}

function fresh(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.firstElementChild;
}

function filled({ done, total, state }) {
  const fill = board.querySelector("[data-fill]");
  fill.querySelector("progress").value = done;
  began ??= { at: Date.now(), done };
  const left = done > began.done ? ((Date.now() - began.at) / (done - began.done)) * (total - done) : 0;
  const words = state === "waiting" ? "waits for another sheet" : left ? `about ${minutes(left)}` : "";
  fill.querySelector("[data-said]").textContent = [`${done} of ${total}`, words].filter(Boolean).join(", ");
}

function minutes(ms) {
  if (ms < 50_000) return "a minute";
  const number = Math.round(ms / 60_000);
  return number < 2 ? "a minute" : number < 90 ? `${number} minutes` : `${Math.round(number / 60)} hours`;
}

async function act(what) {
  try {
    await fragment(`ui/sheets/${shown}/${what}`, { method: "POST" });
  } catch (error) {
    return notice(error.message);
  }
  closeViewer();
  return load(shown);
}

async function remove(button) {
  if (!confirmed(button, "Remove it?")) return;
  try {
    await fragment(`ui/sheets/${shown}`, { method: "DELETE" });
  } catch (error) {
    return notice(error.message);
  }
  location.hash = "#sheets";
}

// The tabs: rows without such a cell are hidden; the order stays.
function sift(button) {
  for (const tab of board.querySelectorAll("[data-do=sift]")) tab.setAttribute("aria-pressed", String(tab === button));
  rows();
}

function rows() {
  const wanted = board.querySelector("[data-do=sift][aria-pressed=true]").dataset.show;
  const kind = { all: "td", changed: "td.changed", unsure: "td.unsure", unsaid: "td.unsaid-cell" }[wanted];
  const narrow = matchMedia("(max-width: 860px)").matches && board.querySelector(".one") ? ".mine" : "";
  let some = false;
  for (const row of board.querySelectorAll(".grid tbody tr")) {
    row.hidden = !row.querySelector(kind + narrow);
    some ||= !row.hidden;
  }
  board.querySelector("[data-nothing]").hidden = some;
}

// On a phone one question is shown at a time.
function column() {
  return Number(board.querySelector("td.mine")?.dataset.column ?? 0);
}

function turnTo(wanted) {
  const heads = [...board.querySelectorAll(".grid thead th")].slice(1);
  if (!heads.length) return;
  const at = (wanted + heads.length) % heads.length;
  for (const cell of board.querySelectorAll(".grid td")) cell.classList.toggle("mine", Number(cell.dataset.column) === at);
  const one = board.querySelector("[data-one]");
  if (one) {
    one.textContent = heads[at].textContent;
    board.querySelector("[data-which]").textContent = `Question ${at + 1} of ${heads.length}`;
  }
  rows();
}

function place(row, at, grid = board.querySelector(".grid")) {
  return grid?.querySelector(`td[data-row="${row}"][data-column="${at}"]`);
}

function open(cell) {
  location.hash = `#sheet/${shown}/${cell.dataset.row}/${cell.dataset.column}`;
}

async function showCell(row, at) {
  const cell = place(row, at);
  board.querySelector(".open")?.classList.remove("open");
  cell?.classList.add("open");
  if (cell && !cell.classList.contains("mine")) turnTo(at);
  aim(cell?.querySelector("button"));
  openedBy(cell?.querySelector("button"));
  try {
    viewer.innerHTML = await fragment(`ui/sheets/${shown}/cells/${row}/${at}`);
  } catch (error) {
    return notice(error.message);
  }
  viewer.querySelector("[data-pane]").dataset.cell = `${row}/${at}`;
  viewer.setAttribute("aria-label", "Cell");
  viewer.hidden = false;
  document.body.classList.add("reading");
  viewer.querySelector("h2").focus({ preventScroll: true });
}

async function judge(verdict) {
  const cell = board.querySelector("td.open") ?? document.activeElement.closest("td");
  const { row, column: at } = cell.dataset;
  try {
    const html = await fragment(`ui/sheets/${shown}/cells/${row}/${at}`, form.posted({ verdict }));
    replace(board.querySelector(".grid"), { row, column: at, html });
  } catch (error) {
    return notice(error.message);
  }
  const pane = viewer.querySelector("[data-pane]");
  if (pane?.dataset.cell !== `${row}/${at}`) return;
  for (const one of viewer.querySelectorAll("[data-do=judge]")) one.setAttribute("aria-pressed", String(one.dataset.verdict === verdict));
  if (!pane.dataset.record) return;
  const kept = { turn: pane.dataset.turn, verdict: verdict === "right" ? "up" : "down", ...JSON.parse(pane.dataset.record) };
  await fragment("ui/verdicts", form.posted(kept)).catch((error) => notice(error.message)); // for the next evaluation
}

// Arrows go from cell to cell; R and W judge the cell that has the focus.
function keys(event) {
  const cell = event.target.closest?.("td");
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = ARROWS[event.key];
  if (step) {
    let next = cell;
    do next = place(Number(next.dataset.row) + step[0], Number(next.dataset.column) + step[1]);
    while (next && (next.closest("tr").hidden || !next.querySelector("button")));
    if (!next) return;
    event.preventDefault();
    if (!next.classList.contains("mine")) turnTo(Number(next.dataset.column));
    aim(next.querySelector("button")).focus();
  } else if (VERDICTS[event.key.toLowerCase()] && !event.repeat && areOn()) {
    board.querySelector(".open")?.classList.remove("open");
    cell.classList.add("open");
    judge(VERDICTS[event.key.toLowerCase()]);
  }
}

// The one cell that Tab reaches.
function aim(button) {
  if (!button) return button;
  for (const other of board.querySelectorAll("[data-do=cell][tabindex='0']")) other.tabIndex = -1;
  button.tabIndex = 0;
  return button;
}
