import assert from "node:assert/strict";
import { listen } from "../../src/command/listen.ts";

const answer = () => new Response("here");

/** A certificate for 127.0.0.1 and its key, or why there is none. */
async function certificate(folder: string): Promise<string | null> {
  const [cert, key] = [`${folder}/cert.pem`, `${folder}/key.pem`];
  const args =
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout ${key}
    -out ${cert} -subj /CN=bokashi -addext subjectAltName=IP:127.0.0.1
    -addext basicConstraints=critical,CA:FALSE`.split(/\s+/);
  try {
    const { success, stderr } = await new Deno.Command("openssl", { args }).output();
    return success ? null : new TextDecoder().decode(stderr);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "openssl is not installed";
    throw error;
  }
}

Deno.test("listen serves HTTPS by the certificate that the configuration names", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const missing = await certificate(folder);
    if (missing !== null) {
      console.log(`skipped: HTTPS: ${missing}`);
      return;
    }
    const tls = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
    const at = { host: "127.0.0.1", port: 0 };
    const { server, url } = await listen({ ...at, tls, basePath: "/bokashi" }, answer);
    assert.match(url, /^https:\/\/127\.0\.0\.1:\d+\/bokashi\/$/);
    const client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(tls.cert)] });
    try {
      assert.equal(await (await fetch(url, { client })).text(), "here");
    } finally {
      client.close();
      await server.shutdown();
    }
    const swapped = { cert: tls.key, key: tls.cert };
    await assert.rejects(listen({ ...at, tls: swapped }, answer), {
      name: "UsageError",
      message: /^Cannot use the certificate of server\.tls: /,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("listen names a certificate that is missing and a port that is taken", async () => {
  const tls = { cert: "/nowhere/cert.pem", key: "/nowhere/key.pem" };
  await assert.rejects(listen({ host: "127.0.0.1", port: 0, tls }, answer), {
    name: "UsageError",
    message: "Cannot read '/nowhere/cert.pem' of server.tls.cert: no such file",
  });
  const { server } = await listen({ host: "127.0.0.1", port: 0 }, answer);
  const { port } = server.addr;
  await assert.rejects(listen({ host: "127.0.0.1", port }, answer), /the port is in use/);
  await server.shutdown();
});

Deno.test("listen says what is wrong with an address that is not this machine's", async () => {
  // Of those that are for documentation only (RFC 5737).
  await assert.rejects(listen({ host: "192.0.2.1", port: 0 }, answer), {
    name: "UsageError",
    message: /^Cannot listen on 192\.0\.2\.1:0: this machine has no such address; .*--host/,
  });
});

Deno.test("listen on all addresses tells one for this machine, and those for others", async () => {
  const { server, url, elsewhere } = await listen({ host: "0.0.0.0", port: 0 }, answer);
  const { port } = server.addr;
  try {
    assert.equal(url, `http://127.0.0.1:${port}/`);
    assert.equal(await (await fetch(url)).text(), "here");
    // A machine may have no other.
    for (const each of elsewhere) {
      assert.match(each, new RegExp(`^http://(?!127|0)[0-9.]+:${port}/$`));
      assert.equal(await (await fetch(each)).text(), "here");
    }
    const others = Deno.networkInterfaces().filter(({ family, address }) =>
      family === "IPv4" && !address.startsWith("127.")
    );
    assert.equal(elsewhere.length, others.length);
  } finally {
    await server.shutdown();
  }
});
