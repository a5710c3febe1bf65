import { gunzipSync } from "node:zlib";
import { parseTar } from "nanotar";

/** The files in a `.tgz` archive whose names are wanted. */
export function filesInArchive(archive: Buffer, isWanted: (name: string) => boolean = () => true) {
  // parseTar reads the whole memory behind a Buffer, which may begin with something else: on Node 24 it does.
  return parseTar(new Uint8Array(gunzipSync(archive)), { filter: ({ name }) => isWanted(name) });
}
