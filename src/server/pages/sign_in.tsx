import type { Context } from "hono";
import { Layout } from "./layout.tsx";
import { Mark } from "./mark.tsx";

/**
 * Asks for the token.
 *
 * @param trouble what is wrong with the one given
 * @param waitS seconds for which none is looked at
 */
export function signInPage(
  c: Context,
  trouble: string | null,
  waitS = 0,
): Response | Promise<Response> {
  c.header("cache-control", "no-store");
  if (waitS > 0) c.header("retry-after", String(waitS));
  else c.header("www-authenticate", 'Bearer realm="bokashi"');
  return c.html(
    <Layout title="Sign in · Bokashi" styles={["sign_in.css"]}>
      <main>
        <h1>
          <Mark /> Bokashi
        </h1>
        <form method="post" action="sign-in">
          <label for="token">Token</label>
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="current-password"
            required
            autofocus
            aria-describedby="hint"
          />
          {trouble !== null && <p role="alert">{trouble}</p>}
          <p id="hint">It is what the service was started with, for instance in BOKASHI_TOKEN.</p>
          <button type="submit">Watch</button>
        </form>
      </main>
    </Layout>,
    waitS > 0 ? 429 : 401,
  );
}
