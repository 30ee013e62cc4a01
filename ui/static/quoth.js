// Starts the parts of the page.
import * as conversation from "./conversation.js";
import * as evaluation from "./evaluation.js";
import * as keyboard from "./keyboard.js";
import * as library from "./library.js";
import * as notebook from "./notebook.js";
import * as scope from "./scope.js";
import * as sheets from "./sheets.js";
import * as theme from "./theme.js";
import * as viewer from "./viewer.js";

theme.start();
scope.start();
conversation.start();
viewer.start();
library.start();
sheets.start();
evaluation.start();
notebook.start();
keyboard.start();
