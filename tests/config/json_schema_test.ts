import assert from "node:assert/strict";
import { configJsonSchema } from "../../src/config/json_schema.ts";
import { openapi } from "../../src/server/openapi.ts";

Deno.test("the committed JSON Schema is the one of the code", async () => {
  const file = new URL("../../bokashi.schema.json", import.meta.url);
  const committed = JSON.parse(await Deno.readTextFile(file));
  assert.deepEqual(committed, configJsonSchema(), "write it anew with 'deno task schema'");
});

interface JsonSchema {
  description?: string;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  items?: JsonSchema;
}

/** Every key of a schema, with what it stands for. */
function keysOf(schema: JsonSchema, path = ""): [path: string, schema: JsonSchema][] {
  const inner = [schema.additionalProperties, schema.items, ...schema.anyOf ?? []]
    .filter((each) => typeof each === "object");
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, value]) => [
      [`${path}${key}`, value] as [string, JsonSchema],
      ...keysOf(value, `${path}${key}.`),
    ]),
    ...inner.flatMap((each) => keysOf(each, `${path}*.`)),
  ];
}

Deno.test("editors have a description of every key, in a sentence", () => {
  const keys = keysOf(configJsonSchema() as JsonSchema);
  const paths = keys.map(([path]) => path);
  for (const path of ["server.tls.cert", "webrtc.iceServers.*.urls", "defaults.mask.style"]) {
    assert.ok(paths.includes(path), path);
  }
  assert.ok(paths.some((path) => /^cameras\..*zones\.always$/.test(path)), String(paths));
  const bare = keys.filter(([, { description = "" }]) => !/^.{10,}\.$/.test(description));
  assert.deepEqual(bare.map(([path]) => path), []);
});

Deno.test("the API's document has the same descriptions", () => {
  const document = JSON.stringify(openapi("1"));
  for (const [path, { description }] of keysOf(configJsonSchema() as JsonSchema)) {
    if (!path.startsWith("cameras.")) continue;
    assert.ok(document.includes(JSON.stringify(description)), path);
  }
});
