import { configJsonSchema } from "./json_schema.ts";

/** As much of a JSON Schema as is walked here. */
interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
}

/**
 * What the configuration takes in place of a key that it does not know, in words for an error: the key
 * that was meant, where one is near, else all that can stand there.
 *
 * @param path of the unknown key, itself last
 */
export function insteadOf(path: readonly string[]): string {
  const key = path.at(-1)!;
  const known = path.slice(0, -1).reduce(below, [configJsonSchema() as Schema])
    .flatMap(({ properties = {} }) => Object.keys(properties));
  const [nearest] = known.map((each) => ({ each, changes: changesBetween(key, each) }))
    .sort((a, b) => a.changes - b.changes);
  if (nearest && nearest.changes <= Math.max(2, key.length / 3)) return `is it '${nearest.each}'?`;
  return known.length === 0 ? "" : `known are ${known.join(", ")}`;
}

/** The schemas of what stands at a key. */
function below(schemas: Schema[], key: string): Schema[] {
  return schemas.flatMap(({ properties, additionalProperties }) => {
    const one = properties && Object.hasOwn(properties, key)
      ? properties[key]!
      : additionalProperties;
    return typeof one === "object" ? [one, ...(one.anyOf ?? [])] : [];
  });
}

/** Levenshtein's distance between two keys, whatever the case of their letters. */
function changesBetween(a: string, b: string): number {
  const from = a.toLowerCase(), to = b.toLowerCase();
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const changed = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
