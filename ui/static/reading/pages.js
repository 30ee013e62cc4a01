// A PDF as pages: turning and zooming, and marks on the page around the quote, other cited places and what was found.
import { fragment, on } from "../actions.js";
import { here } from "./contents.js";

const ZOOMS = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3]; // of the paper's own size
const KEPT = 8; // pages
const FINE = 1250; // device pixels from which the larger picture is shown
const PIXELS = 96 / 72; // CSS pixels in a point

let viewer;
let listed = []; // [number, printed number] of each page
let current = 0; // position in the list
let zoom = 0; // 0 fits the width
let cited = [];
let hits = [];
let hit = null;
const resized = new ResizeObserver(() => leaf() && fit());
const drawn = new Map(); // pictures by their address, the oldest first

export function start(aside) {
  on("turn", (button) => turn(current + Number(button.dataset.step)));
  on("zoom", (button) => resize(Number(button.dataset.step)));
  on("fit", () => setZoom(0));
  aside.addEventListener("change", (event) => event.target.matches("[data-page-number]") && turnTo(event.target.value));
  aside.addEventListener("keydown", onKey);
}

export async function open(aside, places) {
  viewer = aside;
  cited = places;
  hits = [];
  hit = null;
  zoom = 0;
  listed = JSON.parse(desk().dataset.pages);
  resized.disconnect();
  resized.observe(desk());
  await turn(Math.max(0, listed.findIndex(([number]) => number === Number(desk().dataset.page))), { toMark: true });
}

export async function goTo(offset, number) {
  await turn(listed.findIndex(([one]) => one === number), { to: offset });
}

export async function showHit([start, end, number], all) {
  hits = all;
  hit = [start, end];
  await turn(listed.findIndex(([one]) => one === number), { toMark: true });
}

export function clearHits() {
  hits = [];
  hit = null;
  mark();
}

const desk = () => viewer?.querySelector(".desk");
const leaf = () => desk()?.querySelector(".leaf");

function onKey(event) {
  if (!event.target.matches(".desk") || event.ctrlKey || event.metaKey || event.altKey) return;
  const wide = desk().scrollWidth > desk().clientWidth;
  const act = { "+": () => resize(1), "-": () => resize(-1), PageDown: () => byScreen(1), PageUp: () => byScreen(-1) };
  if (!wide) Object.assign(act, { ArrowRight: () => turn(current + 1), ArrowLeft: () => turn(current - 1) });
  if (!act[event.key]) return;
  event.preventDefault();
  act[event.key]();
}

// Scrolls by a screen; at the end of the page the next one comes.
function byScreen(step) {
  const { scrollTop, scrollHeight, clientHeight } = desk();
  const atEnd = step > 0 ? scrollTop + clientHeight >= scrollHeight - 2 : scrollTop <= 1;
  if (atEnd) turn(current + step, { toEnd: step < 0 });
  else desk().scrollTop += step * 0.9 * clientHeight;
}

function turnTo(words) {
  const wanted = words.trim().toLowerCase();
  const printed = listed.findIndex(([, label]) => label.toLowerCase() === wanted);
  turn(printed >= 0 ? printed : listed.findIndex(([number]) => String(number) === wanted));
}

async function turn(position, { toMark = false, to = null, toEnd = false } = {}) {
  const place = desk();
  if (position < 0 || position >= listed.length) return showNumber();
  current = position;
  const [number] = listed[position];
  place.dataset.page = number;
  showNumber();
  place.setAttribute("aria-busy", "true");
  const html = await picture(number).catch((error) => problem(error.message));
  if (place !== desk() || current !== position) return;
  place.removeAttribute("aria-busy");
  place.querySelector("[data-sheet]").innerHTML = html;
  place.scrollTo(0, 0);
  fit();
  mark();
  here(viewer, to ?? (toMark ? Number(place.dataset.start) : Number(leaf()?.dataset.start ?? 0)));
  if (toMark) reveal(".box.hit, .box.quote");
  else if (to !== null) [...place.querySelectorAll("[data-at]")].find((word) => Number(word.dataset.at) >= to)?.scrollIntoView({ block: "start", behavior: "instant" });
  else if (toEnd) place.scrollTop = place.scrollHeight;
  if (position + 1 < listed.length) picture(listed[position + 1][0]).catch(() => {});
}

function problem(words) {
  return Object.assign(document.createElement("p"), { className: "undrawn", textContent: words }).outerHTML;
}

function showNumber() {
  const [number, label] = listed[current];
  const count = listed.at(-1)[0];
  viewer.querySelector("[data-page-number]").value = label || number;
  viewer.querySelector("[data-page-of]").textContent = label && label !== String(number) ? `page ${number} of ${count}` : `of ${count}`;
  const [back, on_] = viewer.querySelectorAll("[data-do=turn]");
  back.disabled = current === 0;
  on_.disabled = current === listed.length - 1;
}

// The page as HTML, kept for a while.
function picture(number) {
  const fine = width() * devicePixelRatio > FINE;
  const address = `ui/source/${desk().dataset.source}/pages/${number}?fine=${fine}`;
  const kept = drawn.get(address) ?? fragment(address);
  drawn.delete(address);
  drawn.set(address, kept);
  kept.catch(() => drawn.delete(address));
  if (drawn.size > KEPT) drawn.delete(drawn.keys().next().value);
  return kept;
}

function resize(step) {
  const now = leaf() ? leaf().clientWidth / (Number(leaf().dataset.points) * PIXELS) : 1;
  setZoom((step > 0 ? ZOOMS.find((one) => one > now + 0.01) : ZOOMS.findLast((one) => one < now - 0.01)) ?? zoom);
}

async function setZoom(value) {
  const before = width() * devicePixelRatio > FINE;
  zoom = value;
  fit();
  mark();
  if (width() * devicePixelRatio > FINE !== before) {
    const { scrollLeft, scrollTop } = desk();
    await turn(current);
    desk().scrollTo(scrollLeft, scrollTop);
  }
}

const width = () => (zoom ? zoom * PIXELS * Number(leaf()?.dataset.points ?? 595) : (leaf()?.clientWidth ?? desk().clientWidth));

// Gives the page its size, and each of its transparent words the width of the printed one.
function fit() {
  const sheet = leaf();
  if (!sheet) return;
  sheet.style.width = zoom ? `${zoom * PIXELS * Number(sheet.dataset.points)}px` : "";
  viewer.querySelector("[data-zoom]").textContent = `${Math.round((100 * sheet.clientWidth) / (Number(sheet.dataset.points) * PIXELS))}%`;
  viewer.querySelector("[data-do=fit]").setAttribute("aria-pressed", String(!zoom));
  const words = [...sheet.querySelectorAll(".text-layer > span")];
  for (const word of words) word.style.removeProperty("--s");
  const widths = words.map((word) => word.offsetWidth);
  for (const [position, word] of words.entries()) {
    const wanted = ((box(word).w + box(word).g) / 100) * sheet.clientWidth;
    if (widths[position]) word.style.setProperty("--s", wanted / widths[position]);
  }
}

function box(word) {
  const value = (name) => Number(word.style.getPropertyValue(name));
  return { x: value("--x"), y: value("--y"), w: value("--w"), h: value("--h"), g: value("--g") };
}

// Draws the marks of this page. The quote's words must all be there, or a note says that they are not marked.
function mark() {
  const sheet = leaf();
  const note = viewer?.querySelector(".lost");
  if (note) note.hidden = true;
  if (!sheet) return;
  const { start, end } = desk().dataset;
  const quote = [Number(start), Number(end)];
  const marks = sheet.querySelector(".marks");
  marks.replaceChildren();
  const same = ([from, to]) => from === quote[0] && to === quote[1];
  for (const place of cited) if (!same(place)) draw(place, "other");
  const drawnQuote = quote[1] > quote[0] ? draw(quote, "quote") : 0;
  for (const [from, to, number] of hits) if (number === listed[current][0] && from !== hit?.[0]) draw([from, to], "near");
  if (hit) draw(hit, "hit");
  note.hidden = drawnQuote > 0 || !(quote[0] >= Number(sheet.dataset.start) && quote[0] < Number(sheet.dataset.end) && quote[1] > quote[0]);
}

function draw([start, end], kind) {
  const lines = [];
  for (const word of leaf().querySelectorAll(".text-layer > [data-at]")) {
    const [at, to] = [Number(word.dataset.at), Number(word.dataset.to)];
    if (at >= end || to <= start) continue;
    const { x, y, w, h, g } = box(word);
    const share = (offset) => Math.min(Math.max((offset - at) / (to - at), 0), 1);
    const [left, right] = [x + w * share(start), x + w * share(end)];
    const line = lines.at(-1);
    if (line?.open && Math.abs(line.y - y) < h && left >= line.left) Object.assign(line, { right, y: Math.min(line.y, y), bottom: Math.max(line.bottom, y + h), open: g > 0 });
    else lines.push({ left, right, y, bottom: y + h, open: g > 0 });
  }
  for (const { left, right, y, bottom } of lines) {
    const mark = Object.assign(document.createElement("i"), { className: `box ${kind}` });
    mark.style.cssText = `left:${left}%;top:${y}%;width:${right - left}%;height:${bottom - y}%`;
    leaf().querySelector(".marks").append(mark);
  }
  return lines.length;
}

function reveal(selector) {
  const found = leaf()?.querySelector(hit ? ".box.hit" : selector);
  found?.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
}
