import assert from "node:assert/strict";
import { parse } from "yaml";
import { configJsonSchema } from "../../src/config/json_schema.ts";
import { parseConfig } from "../../src/config/load.ts";
import { configSchema } from "../../src/config/schema.ts";

const text = await Deno.readTextFile(new URL("../../bokashi.example.yaml", import.meta.url));

/** The example with every commented key switched on. */
const whole = text.replaceAll(/^( *)# ( *(?:[A-Za-z]+:(?: .*)?|- \[.*))$/gm, "$1$2")
  // Prose that happens to look like a key.
  .replace(/^Start with:.*$/m, "").replace(/^ *name: address$/m, "");

Deno.test("the example configuration is valid as it stands", () => {
  const config = parseConfig(text, "bokashi.example.yaml");
  assert.deepEqual(Object.keys(config.cameras), ["demo"]);
});

Deno.test("the example's values are the defaults", () => {
  const config = parseConfig(text, "bokashi.example.yaml");
  assert.deepEqual({ ...config, cameras: {} }, configSchema.parse({}));
});

Deno.test("the example is valid with every commented key switched on", () => {
  const env = (name: string) => `${name}-0123456789abcdef`;
  const readFile = (path: string) => `${path} 0123456789abcdef\n`;
  const config = parseConfig(whole, "bokashi.example.yaml", { env, readFile });
  assert.equal(config.server.token, "/run/secrets/bokashi_token 0123456789abcdef");
  assert.equal(config.server.viewToken, "BOKASHI_VIEW_TOKEN-0123456789abcdef");
  assert.deepEqual(Object.keys(config.cameras), ["demo", "gate"]);
});

/** Where every key of a JSON Schema stands, as `server.tls.cert`; a camera's name is `*`. */
function keysOf(schema: JsonSchema, path = ""): string[] {
  return [
    ...Object.entries(schema.properties ?? {}),
    ...(typeof schema.additionalProperties === "object"
      ? [["*", schema.additionalProperties] as const]
      : []),
  ].flatMap(([key, inner]) => [`${path}${key}`, ...keysOf(inner, `${path}${key}.`)])
    .concat((schema.anyOf ?? []).flatMap((each) => keysOf(each, path)))
    .concat(schema.items ? keysOf(schema.items, `${path}[].`) : []);
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  items?: JsonSchema;
}

Deno.test("the example documents every key of the schema", () => {
  const example = parse(whole, { logLevel: "error" });
  const has = (node: unknown, [key, ...rest]: string[]): boolean => {
    if (key === undefined) return true;
    if (Array.isArray(node)) return node.some((item) => has(item, [key, ...rest]));
    if (typeof node !== "object" || node === null) return false;
    const values = key === "*" ? Object.values(node) : key in node ? [Reflect.get(node, key)] : [];
    return values.some((value) => has(value, rest));
  };
  const keys = keysOf(configJsonSchema() as JsonSchema);
  assert.ok(keys.includes("cameras.*.zones.always") && keys.includes("server.tls.cert"));
  const documented = (path: string) =>
    has(example, path.split(".")) ||
    // What cameras share with the defaults stands there; lists of objects are told in one line.
    has(example, path.replace(/^cameras\.\*/, "defaults").split(".")) ||
    path.includes("[]") && text.includes(` ${path.split(".").at(-1)}: `);
  assert.deepEqual(keys.filter((key) => !documented(key)), []);
});
