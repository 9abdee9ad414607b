import { Layout } from "./layout.tsx";
import { Mark } from "./mark.tsx";

/** What a browser shows of a page that is not to be had: what is wrong, and the way back. */
export function ErrorPage(
  { path, title, detail }: { path: string; title: string; detail: string },
) {
  const root = "../".repeat(Math.max(0, path.split("/").length - 2));
  return (
    <Layout
      title={`${title} · Bokashi`}
      root={root}
      early={["theme.js"]}
      styles={["dashboard.css"]}
    >
      <main class="empty">
        <Mark />
        <h1>{title}</h1>
        <p>{detail}</p>
        <p>
          <a href={root || "./"}>To the cameras</a>
        </p>
      </main>
    </Layout>
  );
}
