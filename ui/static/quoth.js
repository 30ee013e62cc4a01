// Starts the page: the conversation, the source viewer, the library, and the keyboard.
import * as conversation from "./conversation.js";
import * as keyboard from "./keyboard.js";
import * as library from "./library.js";
import * as quality from "./quality.js";
import * as scope from "./scope.js";
import * as theme from "./theme.js";
import * as viewer from "./viewer.js";

theme.start();
scope.start();
conversation.start();
viewer.start();
library.start();
quality.start();
keyboard.start();
