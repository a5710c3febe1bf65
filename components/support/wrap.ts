/**
 * Breaks a long line at blanks, and begins the following lines with as many blanks as `indent`. It never breaks a command in backticks or one after
 * `run: `, so that both can be copied, and no word such as an address.
 */
export function wrap(line: string, indent: number, width: number): readonly string[] {
  if (line.length <= width) return [line];
  const pieces = line.match(/ *(?:(?<=\brun: ).*$|(?:`[^`]*`|[^ ])+)/g) ?? [];
  const lines: string[] = [];
  let current = "";
  for (const piece of pieces) {
    if (current.trim() !== "" && current.length + piece.length > width) {
      lines.push(current);
      current = " ".repeat(indent) + piece.trimStart();
    } else current += piece;
  }
  return [...lines, current];
}
