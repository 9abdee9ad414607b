/** The environment variable in which the launcher tells what it found. */
export const PROOFS_VARIABLE = "BOKASHI_PROVIDERS";

/**
 * What the launcher found of this machine's providers, each tried in a process of its own: null for
 * one that works, otherwise the reason. One that was not tried is not in it.
 *
 * @param text Lines such as `webgpu ok` and `cuda no NVIDIA driver`.
 */
export function proofs(
  text: string = Deno.env.get(PROOFS_VARIABLE) ?? "",
): Map<string, string | null> {
  return new Map(
    text.split("\n").filter(Boolean).map((line) => {
      const [provider, ...words] = line.split(" ");
      const said = words.join(" ");
      return [provider, said === "ok" ? null : said || "it ended without a word"];
    }),
  );
}
