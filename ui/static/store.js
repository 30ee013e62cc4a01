// The conversation and the settings, stored in this browser only.
const PREFIX = "quoth.";
const MAX_TURNS = 60; // kept

export function read(name, fallback) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name)) ?? fallback;
  } catch {
    return fallback;
  }
}

export function write(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the page works without it.
  }
}

export const turns = {
  all: () => read("turns", []),
  add(turn) {
    write("turns", [...this.all().filter((one) => one.id !== turn.id), turn].slice(-MAX_TURNS));
  },
  clear: () => write("turns", []),
};
