import assert from "node:assert/strict";
import { pause } from "../wait.ts";
import { Service } from "./service.ts";

const TEXT = `cameras:
  # At the gate.
  gate: demo
  yard: demo
`;

Deno.test("a running service takes changes of its file and of its API, camera by camera", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/bokashi.yaml`;
  await Deno.writeTextFile(file, TEXT);
  const service = await new Service(["--config", file, "--provider", "cpu"]).listening();
  try {
    const { since } = await service.until("gate", ({ state }) => state === "live");
    await service.until("yard", ({ state }) => state === "live");

    const patch = async (name: string, body: unknown) =>
      await fetch(`${service.url}api/cameras/${name}/settings`, {
        method: "PATCH",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const answer = await patch("gate", { mask: { style: "solid" } });
    const settings = await answer.json();
    assert.equal(answer.status, 200, JSON.stringify(settings));
    assert.equal(settings.saved, true);
    const saved = await Deno.readTextFile(file);
    assert.match(
      saved,
      /# At the gate\.\n {2}gate:\n {4}source: demo\n {4}mask:\n {6}style: solid/,
    );

    assert.equal((await patch("yard", { enabled: false })).status, 200);
    await service.until("yard", ({ state }) => state === "disabled");

    await Deno.writeTextFile(file, saved.replace("style: solid", "style: solidd"));
    const refusal = `${file}:6: 'cameras.gate.mask.style'`;
    await service.said(refusal);
    const { problem } = await (await fetch(`${service.url}api/config`)).json();
    assert.ok(problem.startsWith(refusal), problem);

    await Deno.writeTextFile(file, `${saved}  side: demo\n`);
    await service.said("Camera 'side' is live");
    assert.equal((await fetch(`${service.url}api/cameras/side`, { method: "DELETE" })).status, 204);
    assert.equal(await Deno.readTextFile(file), saved);
    // Through all of this the gate's picture has not been touched.
    const now = (await service.status("gate")).since;
    // A machine that stood still may have lost its source meanwhile, which is told.
    assert.ok(now === since || /Lost camera 'gate'/.test(service.stderr), `${since}, then ${now}`);
  } catch (error) {
    throw service.explained(error);
  } finally {
    await service.stop();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what is counted of a camera goes on when its Worker is started anew", async () => {
  const service = await new Service(["gate=demo", "--provider", "cpu"]).listening();
  try {
    const before = await service.until(
      "gate",
      ({ detections }) => detections.total.car > 0,
    );
    const restart = await fetch(`${service.url}api/cameras/gate/restart`, { method: "POST" });
    assert.ok(restart.ok, await restart.text());
    let least = before;
    await service.until("gate", (status) => {
      for (const key of ["dropped", "covered"] as const) {
        assert.ok(status[key] >= least[key], `${key}: ${least[key]}, then ${status[key]}`);
      }
      const total = (each: typeof status) =>
        each.detections.total.car + each.detections.total.plate;
      assert.ok(total(status) >= total(least), `${total(least)} tracks, then ${total(status)}`);
      least = status;
      return status.since > before.since && status.state === "live" &&
        total(status) > total(before);
    });
  } catch (error) {
    throw service.explained(error);
  } finally {
    await service.stop();
  }
});

Deno.test("SIGHUP reads the file again", async () => {
  const folder = await Deno.makeTempDir();
  // Behind a link, so that saving the file is not seen by itself.
  const link = `${folder}/bokashi.yaml`, file = `${folder}/real/bokashi.yaml`;
  await Deno.mkdir(`${folder}/real`);
  await Deno.writeTextFile(file, "cameras:\n  gate: { source: demo, enabled: false }\n");
  await Deno.symlink(file, link);
  const service = await new Service(["--config", link, "--provider", "cpu"]).listening();
  try {
    const names = async () =>
      (await (await fetch(`${service.url}api/cameras`)).json())
        .map(({ name }: { name: string }) => name);
    await Deno.writeTextFile(
      file,
      "cameras:\n  gate: { source: demo, enabled: false }\n  yard: { source: demo, enabled: false }\n",
    );
    // Longer than a change that is seen takes to be read.
    await pause(1000);
    assert.deepEqual(await names(), ["gate"]);
    service.signal("SIGHUP");
    await service.until("yard", ({ state }) => state === "disabled");
    assert.deepEqual(await names(), ["gate", "yard"]);
    await Deno.writeTextFile(file, "cameras: { gate: { source: demo, colour: red } }\n");
    service.signal("SIGHUP");
    await service.said("everything stays as it was");
    assert.deepEqual(await names(), ["gate", "yard"]);
  } catch (error) {
    throw service.explained(error);
  } finally {
    await service.stop();
    await Deno.remove(folder, { recursive: true });
  }
});
