import assert from "node:assert/strict";
import { relative } from "node:path";

const SRC = new URL("../src/", import.meta.url);
const MOST_LINES = 320;

/** The data path: a room may know the rooms before it. */
const ROOMS = ["source", "detect", "track", "mask", "encode", "deliver"];
const BASE = ["frame", "config"];

/** What each folder of src/ may import from besides itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  frame: [],
  config: [],
  ...Object.fromEntries(ROOMS.map((room, i) => [room, [...BASE, ...ROOMS.slice(0, i)]])),
  pipeline: [...BASE, ...ROOMS],
  server: [...BASE, ...ROOMS, "pipeline"],
  evaluate: [...BASE, ...ROOMS, "pipeline"],
  command: [...BASE, ...ROOMS, "pipeline", "server", "evaluate"],
};

interface Source {
  /** Below src/, with forward slashes. */
  path: string;
  text: string;
}

function* sources(folder: URL = SRC): Generator<Source> {
  for (const entry of Deno.readDirSync(folder)) {
    const url = new URL(entry.name + (entry.isDirectory ? "/" : ""), folder);
    if (entry.isDirectory) yield* sources(url);
    else if (/\.tsx?$/.test(entry.name)) {
      const path = relative(SRC.pathname, url.pathname).replaceAll("\\", "/");
      yield { path, text: Deno.readTextFileSync(url) };
    }
  }
}

const FILES = [...sources()];

/** The folders of src/ a file names in import, export … from, import() and new URL(…). */
function imports(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const forms = [
    /\bfrom\s*["']([^"']+)["']/g,
    /\bimport\s*\(?\s*["']([^"']+)["']/g,
    /\bnew URL\(\s*["']([^"']+)["']\s*,\s*import\.meta\.url/g,
  ];
  return forms.flatMap((form) => [...code.matchAll(form)].map((match) => match[1]));
}

/** The folder of src/ that a file's import leads to, or null when it leaves src/. */
function folderOf(path: string, specifier: string): string | null {
  if (!specifier.startsWith(".")) return null;
  const target = new URL(specifier, new URL(path, SRC));
  const below = relative(SRC.pathname, target.pathname).replaceAll("\\", "/");
  return below.startsWith("..") ? null : below.split("/")[0];
}

/** Imports that run against the direction of the data path. */
function wrongImports(files: readonly Source[]): string[] {
  return files.flatMap(({ path, text }) => {
    const own = path.split("/")[0];
    return imports(text).filter((specifier) => {
      const folder = folderOf(path, specifier);
      return folder !== null && folder !== own && !MAY_IMPORT[own]?.includes(folder);
    }).map((specifier) => `${path} imports ${specifier}`);
  });
}

Deno.test("the house has the rooms this test knows", () => {
  const folders = new Set(FILES.map(({ path }) => path.split("/")[0]));
  assert.deepEqual([...folders].filter((folder) => !(folder in MAY_IMPORT)), []);
  for (const room of [...BASE, ...ROOMS]) assert.ok(folders.has(room), `${room} is empty`);
  assert.ok(FILES.length > 50);
});

Deno.test("no room imports a later one, the pipeline, the server or the command line", () => {
  assert.deepEqual(wrongImports(FILES), []);
});

Deno.test("the import test sees every way of importing", () => {
  const wrong = [
    'import { a } from "../track/tracker.ts";',
    'import type { A } from "../mask/cover.ts";',
    'import "../encode/encoder.ts";',
    'export * from "../deliver/feed.ts";',
    'const a = await import("../pipeline/camera.ts");',
    'new Worker(new URL("../server/app.ts", import.meta.url));',
    'import {\n  a,\n  b,\n} from "../command/serve.ts";',
  ];
  for (const text of wrong) {
    assert.equal(wrongImports([{ path: "detect/x.ts", text }]).length, 1, text);
  }
  assert.equal(
    wrongImports([{ path: "frame/x.ts", text: 'import "../config/load.ts";' }]).length,
    1,
  );
  assert.equal(
    wrongImports([{ path: "config/x.ts", text: 'import "../frame/rect.ts";' }]).length,
    1,
  );
  const right =
    'import "./y.ts"; import "../frame/rect.ts"; import "../source/probe.ts"; import "zod";';
  assert.deepEqual(wrongImports([{ path: "detect/x.ts", text: right }]), []);
  assert.deepEqual(
    wrongImports([{ path: "server/pages/x.ts", text: 'import "../../pipeline/status.ts"' }]),
    [],
  );
});

Deno.test(`no file is longer than ${MOST_LINES} lines`, () => {
  const long = FILES.filter(({ text }) => text.split("\n").length - 1 > MOST_LINES);
  assert.deepEqual(long.map(({ path }) => path), []);
});

Deno.test("only mask/masked_picture.ts declares a picture to be masked", () => {
  const casts = FILES.filter(({ text }) => /\bas\s+(?:\w+\s+as\s+)?MaskedPicture\b/.test(text));
  assert.deepEqual(casts.map(({ path }) => path), ["mask/masked_picture.ts"]);
  const asserted = FILES.filter(({ text }) => /<MaskedPicture>\s*[\w({]/.test(text));
  assert.deepEqual(asserted.map(({ path }) => path), []);
});

Deno.test("what viewers get is made of access units: no outlet and no page knows a picture", () => {
  // Encoded units and their types only; never pixels, masks, the encoder or what comes before it.
  const knows =
    /from "[./]*\/(frame\/(i420|packed_layout|nut_\w+)|mask\/\w+|track\/\w+|source\/capture|encode\/encoder)\.ts"/;
  const outlets = FILES.filter(({ path }) => /^(deliver|server)\//.test(path));
  assert.ok(outlets.length > 20);
  assert.deepEqual(outlets.filter(({ text }) => knows.test(text)).map(({ path }) => path), []);
  assert.ok(knows.test('import { I420 } from "../frame/i420.ts";'));
});
