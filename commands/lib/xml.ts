const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" } as const;

/** Escapes a text for the content or an attribute of an XML element. */
export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character as keyof typeof entities]);
}

/** Reverses `escapeXml`. */
export function unescapeXml(text: string): string {
  return text.replaceAll(/&(?:amp|lt|gt|quot);/g, (entity) => unescaped.get(entity) ?? entity);
}

const unescaped = new Map<string, string>(Object.entries(entities).map(([character, entity]) => [entity, character]));
