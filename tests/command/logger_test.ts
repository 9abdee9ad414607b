import assert from "node:assert/strict";
import { Logger } from "../../src/command/logger.ts";

function logger(...config: ConstructorParameters<typeof Logger>[0][]) {
  const clock = { ms: Date.UTC(2026, 2, 1, 9) };
  const lines: string[] = [];
  return { clock, lines, log: new Logger(config[0], (line) => lines.push(line), () => clock.ms) };
}

Deno.test("Logger writes time, level and message for people", () => {
  const { lines, log } = logger();
  log.log("info", "Camera 'gate' is live", "gate");
  assert.match(lines[0], /^\d\d:00:00 info {2}Camera 'gate' is live$/);
});

Deno.test("Logger writes JSON with the camera as a field", () => {
  const { lines, log } = logger({ level: "info", format: "json" });
  log.log("info", 'a "quoted"\nline', "gate");
  log.log("info", "stopping");
  assert.deepEqual(lines.map((line) => JSON.parse(line)), [
    {
      time: "2026-03-01T09:00:00.000Z",
      level: "info",
      camera: "gate",
      message: 'a "quoted"\nline',
    },
    { time: "2026-03-01T09:00:00.000Z", level: "info", message: "stopping" },
  ]);
});

Deno.test("Logger leaves out what matters less than its level", () => {
  const { lines, log } = logger({ level: "warn", format: "pretty" });
  for (const level of ["debug", "info", "warn", "error"] as const) log.log(level, level);
  assert.deepEqual(lines.map((line) => line.slice(9)), ["warn  warn", "error error"]);
});

Deno.test("Logger counts repeated warnings of one camera for half a minute", () => {
  const { clock, lines, log } = logger();
  const message = (attempt: number) => `Cannot open camera: refused (attempt ${attempt})`;
  for (let i = 1; i <= 5; i++) log.log("warn", message(i), "gate");
  log.log("warn", message(1), "yard");
  clock.ms += 30_000;
  log.log("warn", message(6), "gate");
  clock.ms += 30_000;
  log.log("warn", message(7), "gate");
  assert.deepEqual(lines.map((line) => line.slice(15)), [
    message(1),
    message(1),
    `${message(6)} (and 4 more like this)`,
    message(7),
  ]);
});

Deno.test("Logger writes every information, repeated or not", () => {
  const { lines, log } = logger();
  for (let i = 0; i < 3; i++) log.log("info", "Camera 'gate' is live");
  assert.equal(lines.length, 3);
});
