/** Settles at the first SIGINT or SIGTERM. A second one ends the process at once, with code 130. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = () => {
      if (asked) Deno.exit(130);
      asked = true;
      resolve();
    };
    Deno.addSignalListener("SIGINT", onSignal);
    if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", onSignal);
  });
}
