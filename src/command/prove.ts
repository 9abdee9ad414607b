import { UsageError } from "../config/errors.ts";
import { PROVIDERS } from "../config/schema.ts";
import { openModel } from "../detect/models.ts";
import { type Provider, tryProvider } from "../detect/providers.ts";

/**
 * Tries one provider and says `ok` or why not, on one line. For the launcher, which runs it in a
 * process of its own. Gives exit code 1 if the provider cannot be used.
 */
export async function prove([provider]: readonly string[]): Promise<number> {
  if (provider === "auto" || !(PROVIDERS as readonly string[]).includes(provider)) {
    throw new UsageError(`There is no provider '${provider}': use one of ${PROVIDERS.join(", ")}`);
  }
  const { card, file } = await openModel();
  const reason = await tryProvider(provider as Provider, card, file);
  console.log(reason === null ? "ok" : reason.replace(/\s+/g, " "));
  return reason === null ? 0 : 1;
}
