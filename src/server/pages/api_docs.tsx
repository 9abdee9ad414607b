import type { Operation } from "../operations.ts";
import { Layout } from "./layout.tsx";

/** The HTTP API as a page: every operation, who may, and what goes in and out. */
export function ApiDocs({ document }: { document: Record<string, unknown> }) {
  const paths = document.paths as Record<string, Record<string, Described>>;
  return (
    <Layout title="API · Bokashi" root="../" styles={["api_docs.css"]}>
      <main>
        <h1>Bokashi's API</h1>
        <p>
          As <a href="openapi.json">OpenAPI 3.1</a>; the configuration file's{" "}
          <a href="schema.json">JSON Schema</a>; back to the{" "}
          <a href="../">dashboard</a>. At the right stands who may: everyone, the role{" "}
          <i>view</i>, or <i>admin</i> only.
        </p>
        {Object.entries(paths).flatMap(([path, operations]) =>
          Object.entries(operations).map(([method, operation]) => (
            <details key={operation.operationId} id={operation.operationId}>
              <summary>
                <code class="method">{method.toUpperCase()}</code> <code>{path}</code>{" "}
                <span class="role">{operation["x-role"]}</span>
                <span class="what">{operation.summary}</span>
              </summary>
              <Content title="Body" content={operation.requestBody?.content} />
              {Object.entries(operation.responses).map(([status, response]) => (
                <Content
                  key={status}
                  title={`${status} ${response.description}`}
                  content={response.content}
                />
              ))}
            </details>
          ))
        )}
      </main>
    </Layout>
  );
}

interface Described {
  operationId: string;
  summary: string;
  "x-role": Operation["role"];
  requestBody?: { content: Contents };
  responses: Record<string, { description: string; content?: Contents }>;
}

type Contents = Record<string, { schema?: unknown }>;

function Content({ title, content }: { title: string; content: Contents | undefined }) {
  if (content === undefined && title === "Body") return null;
  return (
    <section>
      <h2>{title}</h2>
      {Object.entries(content ?? {}).map(([type, { schema }]) => (
        <div key={type}>
          <code>{type}</code>
          {schema !== undefined && !type.includes("problem") &&
            <pre tabindex={0}>{JSON.stringify(schema, null, 2)}</pre>}
        </div>
      ))}
    </section>
  );
}
