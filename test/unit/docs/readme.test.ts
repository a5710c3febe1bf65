// The README's text. test/package/readme.test.ts and test/thorough/readmeCommands.test.ts run its programs and commands.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../../commands/lib/root.ts";
import { readFigures } from "../../../commands/lib/verdictFigures.ts";

const read = (file: string) => readFileSync(join(root, file), "utf8");
const readme = read("README.md");

test("the README has at most 150 lines", () => {
  assert(readme.trimEnd().split("\n").length <= 150);
});

// why.test.ts compares the errors on that page with those of the checks.
test("the README shows some of the errors in docs/why.md", () => {
  const [, count = "", sample = ""] = /^error: (\d) inputs cannot work:\n([^`]*)```/m.exec(readme) ?? [];
  // Long lines continue with an indent of four.
  const unwrap = (text: string) => text.replaceAll("\n    ", " ");
  const errors = unwrap(sample).trimEnd().split("\n");
  assert.equal(errors.length, Number(count));
  const all = unwrap(read("docs/why.md"));
  for (const error of errors) assert(all.includes(`\n${error}\n`), error);
});

test("the figures of the README are those of the pages that they are from", () => {
  const verdicts = Object.values(readFigures());
  const sum = (name: keyof (typeof verdicts)[number]) => verdicts.reduce((total, figure) => total + figure[name], 0);
  assert.deepEqual(
    figures(
      readme,
      /of (\d+) combinations .* the agents refuse (\d+); of (\d+) that the checks refuse, \[(\d+) start\].*; (\d+) were not judged/,
    ),
    [sum("accepted"), sum("acceptedButRefused"), sum("refused"), sum("refusedButStarts"), sum("undecided")],
  );

  // The row of the default timing, and the row of the hour with a hundred Services.
  const [takeover] = figures(read("docs/failover.md"), /^\| `15s` .*?\| ([\d.]+) s /m);
  assert.deepEqual(figures(readme, /another answers \[after ([\d.]+) s\]/), [takeover]);
  const [requests, unanswered] = figures(
    read("docs/reliability.md"),
    /100 Services for 60 minutes[^|]*(?:\|.*\n){2}\| (\d+) +\| (\d+) /,
  );
  assert.deepEqual(figures(readme, /(\d+) of (\d+) requests to 100 Services in an hour/), [unanswered, requests]);
});

/** The numbers that the groups of a pattern match in a text. */
function figures(text: string, pattern: RegExp): readonly number[] {
  const [, ...groups] = pattern.exec(text) ?? assert.fail(`no text matches ${pattern}`);
  return groups.map(Number);
}
