// What this browser remembers: the conversation and the settings. Nothing of it is kept on the server.
const PREFIX = "quoth.";
const LONGEST = 60; // turns kept

export function read(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function write(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the page works on without a memory.
  }
}

export const turns = {
  all: () => read("turns", []),
  add(turn) {
    write("turns", [...this.all().filter((one) => one.id !== turn.id), turn].slice(-LONGEST));
  },
  clear: () => write("turns", []),
};
