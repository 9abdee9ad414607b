import { z } from "zod";
import { problemSchema } from "./api_schemas.ts";
import { type Operation, OPERATIONS } from "./operations.ts";

const PROBLEM = {
  "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
};
const NAMES: Record<number, string> = {
  200: "Done",
  201: "Created",
  202: "Begun",
  204: "Done",
};

/** The OpenAPI 3.1 document of the HTTP API. */
export function openapi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) {
    (paths[operation.path] ??= {})[operation.method] = describe(operation);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Bokashi",
      version,
      description:
        "Blurs licence plates in live camera streams. Errors are problem JSON (RFC 9457).",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: ".." }],
    paths,
    components: {
      schemas: { Problem: schemaOf(problemSchema, "output") },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        cookie: { type: "apiKey", in: "cookie", name: "bokashi" },
      },
    },
    security: [{ bearer: [] }, { cookie: [] }],
  };
}

function describe({ method, path, summary, role, body, answer, errors = [] }: Operation) {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const refusals = [
    ...(role === "anyone" ? [] : [401, 429]),
    ...(role === "admin" ? [403] : []),
    ...(parameters.length > 0 ? [404] : []),
    ...errors,
  ];
  return {
    operationId: [method, ...path.split(/\W+/).filter(Boolean)].join("_"),
    summary,
    "x-role": role,
    ...(role === "anyone" ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? { requestBody: { required: true, content: { [body.type]: media(body.schema, "input") } } }
      : {}),
    responses: {
      [answer.status]: {
        description: NAMES[answer.status],
        ...(answer.type ? { content: { [answer.type]: media(answer.schema, "output") } } : {}),
      },
      ...Object.fromEntries(refusals.map((status) => [
        status,
        { description: "Refused; `detail` says why.", content: PROBLEM },
      ])),
    },
  };
}

function media(schema: z.ZodType | undefined, io: "input" | "output") {
  return schema ? { schema: schemaOf(schema, io) } : {};
}

function schemaOf(schema: z.ZodType, io: "input" | "output") {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
