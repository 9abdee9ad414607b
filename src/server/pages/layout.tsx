import type { Child } from "hono/jsx";
import { html } from "hono/html";

/** What is around every page. Styles and scripts come from `static/`: the policy allows no others. */
export function Layout(
  props: {
    title: string;
    styles: string[];
    scripts?: string[];
    modules?: string[];
    children: Child;
  },
) {
  const { title, styles, scripts = [], modules = [], children } = props;
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="icon" type="image/svg+xml" href="/static/favicon.svg" />
        {styles.map((name) => <link key={name} rel="stylesheet" href={`/static/${name}`} />)}
        {scripts.map((name) => <script key={name} src={`/static/${name}`} />)}
        {modules.map((name) => <script key={name} type="module" src={`/static/${name}`} />)}
      </head>
      <body>{children}</body>
    </html>
  );
  return html`<!doctype html>${page}`;
}
