import type { Context } from "hono";

/** The IP address from which a request came; empty if that is not known. */
export function clientAddress(c: Context): string {
  const info = c.env as Partial<Deno.ServeHandlerInfo<Deno.NetAddr>> | undefined;
  return info?.remoteAddr?.hostname ?? "";
}
