// A document's text: reveals and highlights places in it, given as offsets (in code points) into the whole text.
import { fragment } from "../actions.js";
import { here } from "./contents.js";

let viewer;
let cited = [];

export async function open(aside, places) {
  viewer = aside;
  cited = places;
  clear();
  underline();
  (viewer.querySelector("mark") ?? { scrollIntoView() {} }).scrollIntoView({ block: "center", behavior: "instant" });
  const { start } = paper().dataset;
  here(viewer, Number(start));
}

export function clear() {
  for (const name of ["found", "hits", "cited"]) CSS.highlights?.delete(name);
}

export function clearHits() {
  for (const name of ["found", "hits"]) CSS.highlights?.delete(name);
}

export async function goTo(offset) {
  await load(offset);
  here(viewer, offset);
  const place = elements().findLast((one) => Number(one.dataset.at) <= offset);
  place?.scrollIntoView({ block: "start", behavior: "instant" });
}

export async function showHit([start, end], hits) {
  await load(start);
  const { first, last } = paper().dataset;
  const shown = hits.filter(([from, to]) => from >= Number(first) && to <= Number(last));
  highlight("hits", shown.map(range));
  const hit = range([start, end]);
  if (!hit) return;
  highlight("found", [hit]);
  hit.startContainer.parentElement.scrollIntoView({ block: "nearest", behavior: "instant" });
  const { top, height } = hit.getBoundingClientRect();
  const room = paper().getBoundingClientRect();
  if (top < room.top + 40 || top + height > room.bottom - 40) paper().scrollTop += top - room.top - room.height / 2;
}

const paper = () => viewer.querySelector(".paper");
const elements = () => [...paper().querySelectorAll("[data-at]")];

function underline() {
  const { start, end } = paper().dataset;
  highlight("cited", cited.filter(([from, to]) => from !== Number(start) || to !== Number(end)).map(range));
}

function highlight(name, ranges) {
  const found = ranges.filter(Boolean);
  if (found.length) CSS.highlights?.set(name, new Highlight(...found));
  else CSS.highlights?.delete(name);
}

// Shows the part of a long document around an offset, unless it is shown already.
async function load(offset) {
  const { source, first, last } = paper().dataset;
  if (offset >= Number(first) && offset <= Number(last)) return;
  const holder = document.createElement("template");
  holder.innerHTML = await fragment(`ui/source/${source}?start=${offset}&end=${offset}&text=true`);
  paper().replaceWith(holder.content.querySelector(".paper"));
  clear();
  underline();
}

function range([start, end]) {
  const all = elements();
  const from = point(all, start);
  const to = point(all, end - 1, 1);
  if (!from || !to) return null;
  const found = new Range();
  found.setStart(...from);
  found.setEnd(...to);
  return found;
}

// The text node and position of an offset, ``beyond`` characters after it.
function point(all, offset, beyond = 0) {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number(all[middle].dataset.at) <= offset) low = middle + 1;
    else high = middle;
  }
  const element = all[low - 1];
  if (!element) return null;
  let left = offset - Number(element.dataset.at) + beyond;
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const units = unitsOf(node.data, left);
    if (units !== null) return [node, units];
    left -= [...node.data].length;
  }
  return null;
}

// How many UTF-16 units the first ``points`` code points of a text are; null if it has fewer.
function unitsOf(text, points) {
  let units = 0;
  for (const character of text) {
    if (points === 0) return units;
    points -= 1;
    units += character.length;
  }
  return points === 0 ? units : null;
}
