import assert from "node:assert/strict";
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
  const config = parseConfig(whole, "bokashi.example.yaml", { env });
  assert.equal(config.server.token, "BOKASHI_TOKEN-0123456789abcdef");
  assert.deepEqual(Object.keys(config.cameras), ["demo", "gate"]);
});

Deno.test("the example documents every key of the schema", () => {
  const { cameras: _, ...parts } = configSchema.parse({});
  const optional = ["token", "origins", "ports", "profile", "workers"];
  for (
    const key of Object.values(parts).flatMap((part) => Object.keys(part)).concat(optional)
  ) {
    assert.match(text, new RegExp(`^ +(# )?${key}:`, "m"), `'${key}' is not in the example`);
  }
});
