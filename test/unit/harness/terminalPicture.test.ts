import assert from "node:assert/strict";
import { test } from "node:test";
import { drawTerminal, readTerminal } from "../../harness/terminalPicture.ts";

test("a picture has the text of the terminal: colored, bold, indented, with spaces and characters of XML, and cut at the edge", async () => {
  const printed =
    '\u001b[1mbold\u001b[0m plain\n    \u001b[38;5;3m~ a  : \u001b[38;5;1m"<1>"\u001b[0m & 2\n123456789012345678901234\n';
  const svg = await drawTerminal("title", printed, 20);
  assert.deepEqual(readTerminal(svg), ["bold plain", '    ~ a  : "<1>" & 2', "12345678901234567890"]);
  assert.match(svg, /font-weight="bold">bold</);
  assert.match(svg, /fill="#e3b341">~\u00a0a\u00a0\u00a0:</);
});
