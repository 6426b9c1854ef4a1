// What the pages are built from, as one digest. tests/architecture holds the built pages to it, without Node.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

const PARTS = ["index.html", "package.json", "package-lock.json", "vite.config.ts", "scripts", "src", "public"];

function filesIn(path: string): string[] {
  return statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesIn(join(path, name))) : [path];
}

/** The first 16 digits of a SHA-256 over names and contents, in the order of the names. */
export function digestOfSources(root: string): string {
  const digest = createHash("sha256");
  const names = PARTS.flatMap((part) => filesIn(join(root, part)))
    .filter((path) => !/\.test\.tsx?$/.test(path))
    .map((path) => relative(root, path).split(sep).join("/"))
    .sort();
  for (const name of names) {
    digest.update(`${name}\n`);
    digest.update(readFileSync(join(root, name)));
  }
  return digest.digest("hex").slice(0, 16);
}
