import assert from "node:assert/strict";
import { configJsonSchema } from "../../src/config/json_schema.ts";

Deno.test("the committed JSON Schema is the one of the code", async () => {
  const file = new URL("../../bokashi.schema.json", import.meta.url);
  const committed = JSON.parse(await Deno.readTextFile(file));
  assert.deepEqual(committed, configJsonSchema(), "write it anew with 'deno task schema'");
});
