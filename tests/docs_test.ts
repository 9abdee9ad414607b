import assert from "node:assert/strict";
import { configJsonSchema } from "../src/config/json_schema.ts";
import { HELP } from "../src/command/help.ts";

const ROOT = new URL("../", import.meta.url);
const DOCS = [
  "README.md",
  ...[...Deno.readDirSync(new URL("docs/", ROOT))].map(({ name }) => `docs/${name}`)
    .filter((name) => name.endsWith(".md")).sort(),
];

/** Each doc, and what it holds of this form. */
function* found(form: RegExp): Generator<[doc: string, match: RegExpExecArray]> {
  for (const doc of DOCS) {
    for (const match of Deno.readTextFileSync(new URL(doc, ROOT)).matchAll(form)) {
      yield [doc, match];
    }
  }
}

function isThere(url: URL): boolean {
  try {
    Deno.statSync(url);
    return true;
  } catch {
    return false;
  }
}

Deno.test("links of the docs to files lead somewhere", () => {
  const links = [...found(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g)];
  assert.ok(links.length > 40);
  const broken = links.filter(([doc, [, to]]) => !isThere(new URL(to!, new URL(doc, ROOT))))
    .map(([doc, [, to]]) => `${doc}: ${to}`);
  assert.deepEqual(broken, []);
});

Deno.test("the README leads to every doc", () => {
  const readme = Deno.readTextFileSync(new URL("README.md", ROOT));
  assert.deepEqual(DOCS.filter((doc) => doc !== "README.md" && !readme.includes(`(${doc}`)), []);
});

Deno.test("commands and flags in the docs are there", () => {
  const uses = [...found(/(?:scripts\/bokashi|`bokashi) ([a-z]+)((?:[^`\n|#]|\\\n)*)/g)];
  assert.ok(uses.length > 20);
  const wrong = uses.flatMap(([doc, [, command, rest]]) => {
    const help = HELP[command!] ?? (command === "setup" ? HELP[""] : undefined);
    if (help === undefined) return [`${doc}: bokashi ${command}`];
    return [...rest!.matchAll(/--[a-z][a-z-]*/g)].map(([flag]) => flag)
      .filter((flag) => !help.includes(flag)).map((flag) => `${doc}: bokashi ${command} ${flag}`);
  });
  assert.deepEqual(wrong, []);
});

Deno.test("tasks in the docs are there", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const uses = [...found(/deno task ([a-z][a-z:-]*)/g)];
  assert.ok(uses.length > 3);
  assert.deepEqual(
    uses.filter(([, [, task]]) => !(task! in tasks)).map(([doc, [, task]]) => `${doc}: ${task}`),
    [],
  );
});

Deno.test("configuration keys in the docs are there", () => {
  const { properties } = configJsonSchema() as { properties: Record<string, Schema> };
  const sections = Object.keys(properties).filter((key) => key !== "cameras").join("|");
  const uses = [...found(new RegExp(`\`((?:${sections})\\.[A-Za-z.]+)\``, "g"))];
  assert.ok(uses.length > 10);
  const isKey = (path: string) => {
    let schema: Schema | undefined = { properties };
    for (const key of path.split(".")) schema = schema?.properties?.[key];
    return schema !== undefined;
  };
  assert.deepEqual(
    uses.filter(([, [, path]]) => !isKey(path!)).map(([doc, [, path]]) => `${doc}: ${path}`),
    [],
  );
});

interface Schema {
  properties?: Record<string, Schema>;
}

Deno.test("the reasons in docs/troubleshooting.md are the program's own", () => {
  const text = Deno.readTextFileSync(new URL("docs/troubleshooting.md", ROOT));
  const table = text.split("\n## ")[1]!;
  const folder = new URL("src/source/", ROOT);
  const source = [...Deno.readDirSync(folder)]
    .map(({ name }) => Deno.readTextFileSync(new URL(name, folder))).join("\n");
  const isThere = (reason: string) => {
    const words = reason.split(/\d+ s\b/).map((part) =>
      part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    );
    // Seconds stand in the program as a constant.
    return new RegExp(`["\`]${words.join("(?:\\d+|\\$\\{.*\\}) s")}["\`]`).test(source);
  };
  const reasons = [...table.matchAll(/^\| ([^|]+?) *\|/gm)].map(([, reason]) => reason!)
    .filter((reason) => !/^(it says|-+)$/.test(reason));
  assert.ok(reasons.length >= 10);
  assert.deepEqual(reasons.filter((reason) => !isThere(reason)), []);
});
