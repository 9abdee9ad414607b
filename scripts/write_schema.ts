/** Writes `bokashi.schema.json` anew from the configuration's schema: `deno task schema`. */
import { configJsonSchema } from "../src/config/json_schema.ts";

await Deno.writeTextFile(
  new URL("../bokashi.schema.json", import.meta.url),
  JSON.stringify(configJsonSchema(), null, 2) + "\n",
);
