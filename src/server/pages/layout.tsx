// deno-lint-ignore-file jsx-key -- rendered once, to text: there is nothing to tell apart
import { html } from "hono/html";
import type { Child } from "hono/jsx";

/** What a page is made of. Names are of files in `static/`: the policy allows nothing inline. */
export interface LayoutProps {
  title: string;
  /** Leads from the page's address to the dashboard's, such as `../`: the path before it may be any. */
  root?: string;
  /** Tells the page's scripts whether they may offer changes. */
  mayChange?: boolean;
  styles: string[];
  /** Run before the first paint. */
  early?: string[];
  /** Run in order once the page is parsed. */
  scripts?: string[];
  /** Modules, run after the scripts. */
  modules?: string[];
  children: Child;
}

/** What is around every page. */
export function Layout(props: LayoutProps) {
  const { title, root = "", mayChange = false, styles, children } = props;
  const { early = [], scripts = [], modules = [] } = props;
  const page = (
    <html lang="en" {...(mayChange ? { "data-may-change": "" } : {})}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="icon" type="image/svg+xml" href={`${root}static/favicon.svg`} />
        {early.map((name) => <script src={`${root}static/${name}`} />)}
        {styles.map((name) => <link rel="stylesheet" href={`${root}static/${name}`} />)}
        {scripts.map((name) => <script defer src={`${root}static/${name}`} />)}
        {modules.map((name) => <script type="module" src={`${root}static/${name}`} />)}
      </head>
      <body>{children}</body>
    </html>
  );
  return html`<!doctype html>${page}`;
}
