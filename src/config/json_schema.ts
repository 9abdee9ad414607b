import { z } from "zod";
import { configSchema } from "./schema.ts";

/** The configuration file's JSON Schema (draft 2020-12), by which editors complete and check it. */
export function configJsonSchema(): Record<string, unknown> {
  return jsonSchema(configSchema, "Bokashi's configuration");
}

/**
 * The JSON Schema of what a zod schema takes in. Texts stand for whatever a text is turned into, and
 * rules in code (`refine`) are left out.
 */
export function jsonSchema(schema: z.ZodType, title: string): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return { $schema, title, ...rest };
}
