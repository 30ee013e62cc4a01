// Starts the parts of the page.
import * as check from "./check.js";
import * as conversation from "./conversation.js";
import * as keyboard from "./keyboard.js";
import * as library from "./library.js";
import * as notebook from "./notebook.js";
import * as rightAnswer from "./right_answer.js";
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
check.start();
rightAnswer.start();
notebook.start();
keyboard.start();
